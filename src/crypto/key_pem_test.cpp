#include "crypto/key_pem.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

// Made by `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, for this test alone.
constexpr std::string_view from_openssl = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4x0XYc7RA8Ap1x1k
jRvJxraFi8Phk18YTAC4ShEWTT2hRANCAAT0gDTEowqW+wx8orVbAUHiu2UZGu9P
+y/ZibJkWZ22GBW8iC0vfvuXsLj1kqP63Zvf3TzQ+dw+0oOkR9Lr3DXf
-----END PRIVATE KEY-----
)";

TEST(KeyPem, reads_what_openssl_writes_and_writes_the_same) {
  const auto key = import_private_key_pem(from_openssl);
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_EQ(export_private_key_pem(key.value()), from_openssl);
}

TEST(KeyPem, any_other_bit_is_another_key_or_none) {
  SeededRandom_for_test random{7};
  const PrivateKey key = generate_private_key(random);
  const std::string text = export_private_key_pem(key);
  ASSERT_TRUE(import_private_key_pem(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string harmed = text;
    harmed[at] = static_cast<char>(harmed[at] ^ 1);
    EXPECT_FALSE(import_private_key_pem(harmed)) << at;
  }
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(import_private_key_pem(text.substr(0, size)));
  std::string longest = text;
  longest.insert(text.find('\n'), key_pem_bytes_max - text.size(), '\n');
  EXPECT_TRUE(import_private_key_pem(longest));
  EXPECT_EQ(import_private_key_pem(longest + "\n").error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::crypto
