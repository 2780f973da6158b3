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

TEST(Stretch, TheSameKeyFromTheSameWordsSaltAndCostAlone) {
  const StretchCost cost{1, 64, 1};
  const Block<stretch_salt_bytes> salt{1};
  const auto key = [&](std::string_view words, const Block<stretch_salt_bytes>& with, const StretchCost& at) {
    return hex(stretch(bytes_of(words), with, at).value().reveal());
  };
  const std::string first = key("correct horse", salt, cost);
  EXPECT_EQ(key("correct horse", salt, cost), first);
  EXPECT_NE(key("correct horsf", salt, cost), first);
  EXPECT_NE(key("correct horse", {2}, cost), first);
  EXPECT_NE(key("correct horse", salt, {2, 64, 1}), first);
}

TEST(Stretch, RefusesWhatNoFileOfOursAsksFor) {
  const auto code = [](std::string_view words, const StretchCost& cost) {
    return stretch(bytes_of(words), {}, cost).error().code;
  };
  EXPECT_EQ(code("short", {1, 64, 1}), Errc::malformed);
  EXPECT_EQ(code(std::string(1025, 'x'), {1, 64, 1}), Errc::too_large);
  EXPECT_EQ(code("correct horse", {0, 64, 1}), Errc::malformed);
  EXPECT_EQ(code("correct horse", {1, 64, 0}), Errc::malformed);
  EXPECT_EQ(code("correct horse", {1, 4, 1}), Errc::malformed);
  const StretchCost& most = stretch_cost_max;
  EXPECT_TRUE(stretch(bytes_of("correct horse"), {}, {most.passes, 8 * most.lanes, most.lanes}));
  EXPECT_EQ(code("correct horse", {most.passes + 1, 64, 1}), Errc::too_large);
  EXPECT_EQ(code("correct horse", {1, most.memory_kib + 1, 1}), Errc::too_large);
  EXPECT_EQ(code("correct horse", {1, 64, most.lanes + 1}), Errc::too_large);
}

}  // namespace
}  // namespace signet::crypto
