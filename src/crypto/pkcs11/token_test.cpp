#include "crypto/pkcs11/token.h"

#include "base/port/file.h"

#include <gtest/gtest.h>
#include <cstdlib>
#include <filesystem>

namespace signet::crypto {
namespace {

// A SoftHSM of this test's own, in a folder of this test's own.
class Pkcs11Token : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "signet-token-XXXXXX";
    ASSERT_TRUE(mkdtemp(pattern.data()));
    folder_ = pattern;
    ASSERT_TRUE(make_folder(folder_ + "/tokens", 0700));
    const std::string conf =
        "directories.tokendir = " + folder_ + "/tokens\nobjectstore.backend = file\nlog.level = ERROR\n";
    ASSERT_TRUE(write_file_atomic(folder_ + "/softhsm2.conf", bytes_of(conf), 0600));
    setenv("SOFTHSM2_CONF", (folder_ + "/softhsm2.conf").c_str(), 1);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static constexpr const char* module_ = "/usr/lib/softhsm/libsofthsm2.so";
  std::string folder_;
  SecretBytes pin_{copy_of(bytes_of("correct pin"))};
  SeededRandom_for_test random_{7};
};

TEST_F(Pkcs11Token, SignsWithAKeyThatStaysInside) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, random_));
  PublicKey key;
  {
    const auto token = Token::open(module_, "foundry", pin_);
    ASSERT_TRUE(token) << token.error().what;
    key = token.value()->generate_key("root").value();
    const Digest digest = sha256(bytes_of("birth"));
    EXPECT_TRUE(verify(key, digest, token.value()->sign("root", digest).value()));
  }
  const auto again = Token::open(module_, "foundry", pin_);  // another process would find the same key
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value()->public_key("root").value(), key);
}

TEST_F(Pkcs11Token, RefusesWhatWouldConfuse) {
  ASSERT_TRUE(Token::create(module_, "foundry", pin_, random_));
  EXPECT_EQ(Token::create(module_, "foundry", pin_, random_).error().code, Errc::conflict);
  {
    const auto token = Token::open(module_, "foundry", pin_);
    ASSERT_TRUE(token) << token.error().what;
    ASSERT_TRUE(token.value()->generate_key("root"));
    EXPECT_EQ(token.value()->generate_key("root").error().code, Errc::conflict);
    EXPECT_EQ(token.value()->sign("absent", Digest{}).error().code, Errc::not_found);
  }
  EXPECT_EQ(Token::open(module_, "absent", pin_).error().code, Errc::not_found);
  const SecretBytes wrong{copy_of(bytes_of("wrong pin"))};
  EXPECT_EQ(Token::open(module_, "foundry", wrong).error().code, Errc::unauthenticated);
  EXPECT_EQ(Token::open("/no/such/module.so", "foundry", pin_).error().code, Errc::not_found);
}

}  // namespace
}  // namespace signet::crypto
