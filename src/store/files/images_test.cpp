#include "store/files/images.h"

#include "base/port/file.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <filesystem>

namespace signet::store {
namespace {

class Images : public testing::Test {
 protected:
  Images() {
    std::string path = (std::filesystem::temp_directory_path() / "signet-images-XXXXXX").string();
    ENSURE(::mkdtemp(path.data()) != nullptr);
    root = path;
  }
  ~Images() override { std::filesystem::remove_all(root); }

  std::string root;
  Buffer bytes = Buffer(1000, 7);
  crypto::Digest name = crypto::sha256(bytes);
};

TEST_F(Images, are_kept_by_their_digest) {
  ImageFolder images{root + "/firmware"};
  EXPECT_FALSE(images.has(name));
  ASSERT_TRUE(images.keep(name, bytes));
  ASSERT_TRUE(images.keep(name, bytes)) << "once more";
  EXPECT_TRUE(images.has(name));
  EXPECT_TRUE(images.check(name, bytes.size()));
  EXPECT_EQ(images.path(name), root + "/firmware/" + hex(name));
  EXPECT_EQ(read_file(images.path(name), 1000).value(), bytes);
  ASSERT_TRUE(images.remove(name));
  EXPECT_TRUE(images.remove(name)) << "there is none any more";
  EXPECT_FALSE(images.has(name));
  EXPECT_EQ(images.check(name, bytes.size()).error().code, Errc::not_found);
}

TEST_F(Images, are_found_damaged) {
  ImageFolder images{root + "/firmware"};
  ASSERT_TRUE(images.keep(name, bytes));
  Buffer harmed = bytes;
  harmed[500] ^= 1;
  ASSERT_TRUE(write_file_atomic(images.path(name), harmed, 0600));
  EXPECT_EQ(images.check(name, bytes.size()).error().code, Errc::corrupt);
  ASSERT_TRUE(images.keep(name, bytes)) << "whoever uploads it again mends it";
  EXPECT_TRUE(images.check(name, bytes.size()));
  EXPECT_EQ(images.check(name, bytes.size() + 1).error().code, Errc::corrupt);
}

TEST_F(Images, of_no_version_are_removed_with_what_is_half_written) {
  ImageFolder images{root + "/firmware"};
  const auto none = [](const crypto::Digest&) { return Result<bool>{false}; };
  EXPECT_EQ(images.remove_unless(none).value(), 0u) << "there is no folder";
  const crypto::Digest other = crypto::sha256(bytes_of("other"));
  ASSERT_TRUE(images.keep(name, bytes) && images.keep(other, bytes_of("other")));
  ASSERT_TRUE(write_file_atomic(images.path(other) + ".new", bytes, 0600));
  ASSERT_TRUE(write_file_atomic(root + "/firmware/notes.txt", bytes, 0600));
  const auto broken = [](const crypto::Digest&) { return Result<bool>{Error{Errc::corrupt, "a broken disk"}}; };
  EXPECT_EQ(images.remove_unless(broken).error().code, Errc::corrupt);
  EXPECT_TRUE(images.has(name)) << "who does not know removes nothing";
  EXPECT_EQ(images.remove_unless([&](const crypto::Digest& one) { return Result<bool>{one == name}; }).value(), 2u);
  EXPECT_TRUE(images.has(name));
  EXPECT_FALSE(images.has(other));
  EXPECT_FALSE(file_exists(images.path(other) + ".new"));
  EXPECT_TRUE(file_exists(root + "/firmware/notes.txt")) << "which is none of ours";
}

TEST_F(Images, are_copied_with_nothing_else) {
  ImageFolder images{root + "/firmware"}, copy{root + "/copy"};
  ASSERT_TRUE(images.copy_to(root + "/copy")) << "there is no folder";
  EXPECT_FALSE(file_exists(root + "/copy"));
  ASSERT_TRUE(images.keep(name, bytes));
  ASSERT_TRUE(write_file_atomic(root + "/firmware/notes.txt", bytes, 0600));
  ASSERT_TRUE(images.copy_to(root + "/copy"));
  ASSERT_TRUE(images.copy_to(root + "/copy")) << "once more";
  EXPECT_TRUE(copy.check(name, bytes.size()));
  EXPECT_FALSE(file_exists(root + "/copy/notes.txt"));
}

}  // namespace
}  // namespace signet::store
