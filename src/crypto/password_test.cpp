#include "crypto/password.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(Password, IsVerifiedByItsHashAlone) {
  SeededRandom_for_test random{1};
  const auto hash = hash_password("correct horse battery", random);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash.value().starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash.value();
  EXPECT_TRUE(verify_password("correct horse battery", hash.value()));
  EXPECT_FALSE(verify_password("correct horse batter", hash.value()));
  EXPECT_FALSE(verify_password("", hash.value()));
}

TEST(Password, HasAFreshSaltEachTime) {
  SeededRandom_for_test random{1};
  EXPECT_NE(hash_password("correct horse battery", random).value(),
            hash_password("correct horse battery", random).value());
}

TEST(Password, MeetsItsLimits) {
  SeededRandom_for_test random{1};
  EXPECT_TRUE(hash_password(std::string(password_bytes_min, 'x'), random));
  EXPECT_EQ(hash_password(std::string(password_bytes_min - 1, 'x'), random).error().code, Errc::malformed);
  const auto longest = hash_password(std::string(password_bytes_max, 'x'), random);
  ASSERT_TRUE(longest);
  EXPECT_TRUE(verify_password(std::string(password_bytes_max, 'x'), longest.value()));
  EXPECT_FALSE(verify_password(std::string(password_bytes_max + 1, 'x'), longest.value()));
  EXPECT_EQ(hash_password(std::string(password_bytes_max + 1, 'x'), random).error().code, Errc::too_large);
}

TEST(Password, AHashThatIsNoneFitsNothing) {
  for (const char* hash :
       {"", "x", "$argon2id$", "$argon2i$v=19$m=19456,t=2,p=1$AAAA$AAAA", "$argon2id$v=19$m=1,t=0,p=0$AA$AA"}) {
    EXPECT_FALSE(verify_password("correct horse battery", hash)) << hash;
  }
}

}  // namespace
}  // namespace signet::crypto
