// A word is burnt once; a file that does not check opens nothing.
#include "board/fuses/virtual_fuses.h"

#include "base/port/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <filesystem>

namespace signet::board {
namespace {

FuseWord word_of(std::uint8_t byte) {
  FuseWord word;
  std::ranges::fill(word.reveal_to_fill(), byte);
  return word;
}

class VirtualFusesTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/signet-fuses-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string folder;
};

TEST_F(VirtualFusesTest, AWordIsBurntOnceAndOutlivesTheProgram) {
  {
    VirtualFuses fuses = VirtualFuses::open(folder).value();
    EXPECT_FALSE(fuses.read(Fuse::bond).value());
    ASSERT_TRUE(fuses.burn(Fuse::bond, word_of(0x11)));
    EXPECT_EQ(fuses.burn(Fuse::bond, word_of(0x22)).error().code, Errc::conflict);
    EXPECT_EQ(fuses.burn(Fuse::bond, word_of(0x11)).error().code, Errc::conflict) << "not even the same";
  }
  VirtualFuses again = VirtualFuses::open(folder).value();
  ASSERT_TRUE(again.read(Fuse::bond).value());
  EXPECT_EQ(again.read(Fuse::bond).value()->reveal()[47], 0x11);
  EXPECT_FALSE(again.read(Fuse::bond_made).value());
  EXPECT_EQ(again.burn(Fuse::bond, word_of(0x22)).error().code, Errc::conflict);
  struct stat info {};
  ASSERT_EQ(::stat((folder + "/fuses").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(VirtualFusesTest, AWordThatCannotBeKeptIsNotBurnt) {
  VirtualFuses fuses = VirtualFuses::open(folder).value();
  std::filesystem::remove_all(folder);
  EXPECT_FALSE(fuses.burn(Fuse::bond, word_of(1)));
  EXPECT_FALSE(fuses.read(Fuse::bond).value());
  std::filesystem::create_directory(folder);
  EXPECT_TRUE(fuses.burn(Fuse::bond, word_of(1)));
}

TEST_F(VirtualFusesTest, EveryHarmedBitAndEveryCutIsRefusedAndLeftAsItIs) {
  ASSERT_TRUE(VirtualFuses::open(folder).value().burn(Fuse::bond, word_of(0x33)));
  const Buffer whole = read_file(folder + "/fuses", 4096).value();
  ASSERT_TRUE(decode_fuses(whole));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Buffer harmed = whole;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(decode_fuses(harmed)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(decode_fuses(Bytes{whole}.first(size))) << size;
  ASSERT_TRUE(write_file_atomic(folder + "/fuses", Bytes{whole}.first(100), 0600));
  const auto refused = VirtualFuses::open(folder);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("uses no key of its element"), std::string::npos) << refused.error().what;
  EXPECT_EQ(read_file(folder + "/fuses", 4096).value().size(), 100u);
}

}  // namespace
}  // namespace signet::board
