#include "element/software/software.h"

#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace signet::element {
namespace {

constexpr crypto::StretchCost cheap{1, 64, 1};

crypto::SecretBytes words(std::string_view text) { return crypto::SecretBytes{copy_of(bytes_of(text))}; }

struct Software : testing::Test {
  Software() { EXPECT_TRUE(SoftwareElement::create(file, passphrase, random, cheap)); }
  Result<std::unique_ptr<SoftwareElement>> open() { return SoftwareElement::open(file, passphrase, random); }
  Buffer bytes() { return read_file(file, software::file_bytes_max).value(); }

  Folder_for_test folder;
  std::string file = folder.file("id");
  crypto::SecretBytes passphrase = words("correct horse battery");
  crypto::SeededRandom_for_test random{5};
};

TEST_F(Software, IsMadeOnceAndOpensWithItsPassphraseAlone) {
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(SoftwareElement::create(file, passphrase, random, cheap).error().code, Errc::conflict);
  ASSERT_TRUE(open());
  EXPECT_EQ(SoftwareElement::open(file, words("correct horse batterz"), random).error().code, Errc::unauthenticated);
  EXPECT_EQ(SoftwareElement::open(folder.file("no"), passphrase, random).error().code, Errc::not_found);
  EXPECT_EQ(SoftwareElement::create(folder.file("b"), words("short"), random, cheap).error().code, Errc::malformed);
  EXPECT_FALSE(file_exists(folder.file("b")));
}

TEST_F(Software, OneProcessAtATimeHoldsIt) {
  const auto first = open();
  ASSERT_TRUE(first);
  EXPECT_EQ(open().error().code, Errc::conflict);
}

TEST_F(Software, AFileHasASizeAndACost) {
  const auto code_at = [&](const crypto::StretchCost& cost, std::size_t size) -> std::optional<Errc> {
    Buffer head;
    Writer{head}.u32_be(cost.passes).u32_be(cost.memory_kib).u32_be(cost.lanes);
    Buffer asks = bytes();
    std::ranges::copy(head, asks.begin() + 8);
    asks.resize(size);
    const auto header = software::decode_header(asks);
    return header ? std::nullopt : std::optional{header.error().code};
  };
  const auto& most = crypto::stretch_cost_max;
  const std::size_t size = bytes().size();
  EXPECT_EQ(code_at(most, software::file_bytes_max), std::nullopt);
  EXPECT_EQ(code_at(most, software::file_bytes_max + 1), Errc::too_large);
  EXPECT_EQ(code_at({most.passes + 1, most.memory_kib, most.lanes}, size), Errc::too_large);
  EXPECT_EQ(code_at({most.passes, most.memory_kib + 1, most.lanes}, size), Errc::too_large);
  EXPECT_EQ(code_at({most.passes, most.memory_kib, most.lanes + 1}, size), Errc::too_large);
}

TEST_F(Software, AnyChangedBitOfTheFileIsRefused) {
  const auto opens = [&](const Buffer& harmed) {
    const auto header = software::decode_header(harmed);
    if (!header) return false;
    const auto key = crypto::stretch(passphrase.reveal(), header.value().salt, header.value().cost);
    return key && software::open_file(harmed, key.value());
  };
  const Buffer whole = bytes();
  ASSERT_TRUE(opens(whole));
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    if (bit >= 8 * 8 && bit < 20 * 8) continue;  // the cost: below, for some of its values take gigabytes
    Buffer harmed = whole;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(opens(harmed)) << "bit " << bit;
  }
  for (const std::size_t byte : {11u, 14u, 15u, 19u}) {  // passes, memory, lanes
    Buffer harmed = whole;
    harmed[byte] ^= 3;
    EXPECT_FALSE(opens(harmed)) << "byte " << byte;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(opens({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)})) << size << " bytes";
  }
  Buffer harmed = whole;
  harmed.back() ^= 1;
  ASSERT_TRUE(write_file_atomic(file, harmed, 0600));
  EXPECT_EQ(open().error().code, Errc::unauthenticated);
  ASSERT_TRUE(write_file_atomic(file, whole, 0600));
  EXPECT_TRUE(open());
}

TEST_F(Software, TheFileHoldsNoKeyInClear) {
  const auto element = open().value();
  const Buffer sealed = element->seal("wifi", bytes_of("the Wi-Fi password")).value();
  ASSERT_TRUE(element->bind(BoardSecret{Block<32>{9}}));
  const Buffer now = bytes();
  const auto holds = [&](Bytes part) {
    return std::search(now.begin(), now.end(), part.begin(), part.end()) != now.end();
  };
  EXPECT_FALSE(holds(element->public_key().value()));  // so that a copy does not even tell whose it is
  EXPECT_FALSE(holds(bytes_of("correct horse")));
  const auto header = software::decode_header(now).value();
  const auto key = crypto::stretch(passphrase.reveal(), header.salt, header.cost).value();
  const auto body =
      software::open_file(now, key).value();  // the passphrase alone does not open the keys of a bound one
  EXPECT_EQ(software::open_keys(body, software::keys_key(key, nullptr)).error().code, Errc::forbidden);
  EXPECT_TRUE(software::open_keys(body, software::keys_key(key, std::make_unique<BoardSecret>(Block<32>{9}).get())));
}

TEST_F(Software, AFullDiskChangesNothing) {
  const auto element = open().value();
  ASSERT_EQ(element->increment(0).value(), 1u);
  const Buffer before = bytes();
  std::filesystem::create_directory(folder.file("gone"));
  std::filesystem::rename(file, folder.file("gone/id"));
  std::filesystem::create_directory(file);  // a rename onto a folder fails, as a write to a full disk does
  EXPECT_FALSE(element->increment(0));
  EXPECT_FALSE(element->bind(BoardSecret{Block<32>{9}}));
  EXPECT_EQ(element->counter(0).value(), 1u);
  EXPECT_EQ(element->binding().value(), Binding::open);
  std::filesystem::remove(file);
  std::filesystem::rename(folder.file("gone/id"), file);
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(element->increment(0).value(), 2u);
}

}  // namespace
}  // namespace signet::element
