// Named secrets: kept sealed, given back, forgotten for ever; and what stands in the file.
#include "board/secrets.h"

#include "base/port/file.h"
#include "board/sealing_element_for_test.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace signet::board {
namespace {

using testing::ElementsAre;

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() {
    std::string name = testing::TempDir() + "signet-secrets-XXXXXX";
    folder = ::mkdtemp(name.data());
    secrets.emplace(element, folder);
  }
  ~SecretsTest() override { std::filesystem::remove_all(folder); }

  Errc set(std::string_view name, std::size_t size) {
    const Status done = secrets->set(name, Buffer(size, 0x41));
    return done ? Errc{} : done.error().code;
  }
  std::string get(std::string_view name) {
    const auto value = secrets->get(name);
    return value ? std::string{text_of(value.value().reveal())} : "(" + value.error().what + ")";
  }

  SealingElement_for_test element;
  std::string folder;
  std::optional<Secrets> secrets;
};

constexpr Errc fine{};  // of set(): Errc has no value for success, and the first is never expected beside it

TEST_F(SecretsTest, AreKeptByNameInOrder) {
  EXPECT_THAT(secrets->names().value(), ElementsAre());
  ASSERT_TRUE(secrets->set("wifi.ssid", bytes_of("Signet-Lab")));
  ASSERT_TRUE(secrets->set("wifi.password", bytes_of("correct horse")));
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k1")));
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k2")));
  EXPECT_THAT(secrets->names().value(), ElementsAre("api-key", "wifi.password", "wifi.ssid"));
  EXPECT_EQ(get("wifi.password"), "correct horse");
  EXPECT_EQ(get("api-key"), "k2");
  EXPECT_EQ((Secrets{element, folder}.get("api-key").value().reveal().size()), 2u) << "also after a power cut";
}

TEST(SecretsPlain, HasOneForm) {
  Buffer plain;  // the entries point into it
  const auto parse = [&](std::string_view hex_text) { return parse_secrets(plain = decode_hex(hex_text).value()); };
  EXPECT_EQ(parse("01610001780162000179").value().size(), 2u);
  EXPECT_EQ(parse("").value().size(), 0u);
  for (const char* wrong :
       {"0161", "01610001", "0100000178", "01620001780161000179", "01610001780161000179", "01610000"}) {
    EXPECT_FALSE(parse(wrong)) << wrong << ": cut, an illegal name, names that fall, one twice, an empty value";
  }
}

TEST_F(SecretsTest, TheFileShowsNone) {
  ASSERT_TRUE(secrets->set("wifi.password", bytes_of("correct horse")));
  const Buffer file = read_file(folder + "/secrets", 10000).value();
  EXPECT_EQ(text_of(file).find("correct horse"), std::string_view::npos);
  EXPECT_EQ(text_of(file).find("wifi"), std::string_view::npos);
  EXPECT_EQ(std::filesystem::status(folder + "/secrets").permissions(), std::filesystem::perms{0600});
}

TEST_F(SecretsTest, OneIsRemovedAndTheOthersStay) {
  ASSERT_TRUE(secrets->set("a", bytes_of("1")));
  ASSERT_TRUE(secrets->set("b", bytes_of("2")));
  ASSERT_TRUE(secrets->remove("a"));
  EXPECT_EQ(get("a"), "(no secret \"a\": set it with 'signet secret set')");
  EXPECT_EQ(get("b"), "2");
  EXPECT_EQ(secrets->remove("a").error().code, Errc::not_found);
  ASSERT_TRUE(secrets->remove("b"));
  EXPECT_FALSE(file_exists(folder + "/secrets"));
}

TEST_F(SecretsTest, LimitsAreMetAndNotPassed) {
  for (std::size_t i = 0; i < secrets_max; ++i) ASSERT_EQ(set("n" + std::to_string(i), 1), fine);
  EXPECT_EQ(set("one-more", 1), Errc::exhausted);
  EXPECT_EQ(set("n0", 2), fine) << "another value for one that is there";
  ASSERT_TRUE(secrets->forget());
  EXPECT_EQ(set("long", secret_value_bytes_max), fine);
  EXPECT_EQ(set("longer", secret_value_bytes_max + 1), Errc::too_large);
  EXPECT_EQ(set("second", secrets_bytes_max - secret_value_bytes_max), fine);
  EXPECT_EQ(set("third", 1), Errc::exhausted);
  EXPECT_TRUE(is_secret_name(std::string(secret_name_bytes_max, 'a')));
  for (const std::string& bad : {std::string{}, std::string(secret_name_bytes_max + 1, 'a'), std::string{"1a"},
                                 std::string{"a b"}, std::string{"a\0b", 3}, std::string{"../a"}, std::string{"ä"}}) {
    EXPECT_FALSE(is_secret_name(bad)) << bad;
  }
  EXPECT_FALSE(secrets->set("empty", {}));
}

TEST_F(SecretsTest, ForgottenOnesAreUselessInACopyToo) {
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k1")));
  const Buffer copy = read_file(folder + "/secrets", 10000).value();
  ASSERT_TRUE(secrets->forget());
  EXPECT_THAT(secrets->names().value(), ElementsAre());
  ASSERT_TRUE(write_file_atomic(folder + "/secrets", copy, 0600));
  EXPECT_EQ(secrets->names().error().code, Errc::corrupt);
  EXPECT_EQ(secrets->set("api-key", bytes_of("k2")).error().code, Errc::corrupt) << "nothing is overwritten by guess";
  ASSERT_TRUE(secrets->forget());
  EXPECT_TRUE(secrets->set("api-key", bytes_of("k2")));
}

TEST_F(SecretsTest, ACopyIsUselessAlsoWhenItsFileWasGoneBeforeTheOwnerChanged) {
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k1")));
  const Buffer copy = read_file(folder + "/secrets", 10000).value();
  ASSERT_TRUE(secrets->remove("api-key"));
  ASSERT_TRUE(secrets->forget());
  ASSERT_TRUE(write_file_atomic(folder + "/secrets", copy, 0600));
  EXPECT_EQ(secrets->get("api-key").error().code, Errc::corrupt);
}

TEST_F(SecretsTest, AnotherElementOpensNone) {
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k1")));
  SealingElement_for_test other{9};
  EXPECT_EQ(Secrets(other, folder).get("api-key").error().code, Errc::corrupt);
  EXPECT_EQ(get("api-key"), "k1");
}

TEST_F(SecretsTest, ADamagedFileIsRefused) {
  ASSERT_TRUE(secrets->set("api-key", bytes_of("k1")));
  Buffer file = read_file(folder + "/secrets", 10000).value();
  file.back() ^= 1;
  ASSERT_TRUE(write_file_atomic(folder + "/secrets", file, 0600));
  EXPECT_EQ(secrets->get("api-key").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace signet::board
