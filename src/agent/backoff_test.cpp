#include "agent/backoff.h"

#include <gtest/gtest.h>

namespace signet::agent {
namespace {

TEST(Backoff, GrowsToTheCapAndSpreadsOverTheWholeRange) {
  crypto::SeededRandom_for_test random{7};
  constexpr int devices = 2000;
  for (unsigned attempt = 0; attempt < 9; ++attempt) {
    const Micros ceiling = std::min<Micros>(backoff_cap, backoff_base * (1 << attempt));
    std::int64_t sum = 0;
    int quarters[4] = {};
    for (int device = 0; device < devices; ++device) {
      Backoff backoff{random};
      for (unsigned i = 0; i < attempt; ++i) (void)backoff.next();
      const Micros wait = backoff.next();
      ASSERT_GE(wait.count(), 0);
      ASSERT_LE(wait, ceiling);
      sum += wait.count();
      ++quarters[std::min<std::int64_t>(3, 4 * wait.count() / ceiling.count())];
    }
    EXPECT_NEAR(static_cast<double>(sum) / devices / static_cast<double>(ceiling.count()), 0.5, 0.03);
    for (const int count : quarters) EXPECT_NEAR(count, devices / 4, devices / 16);
  }
}

TEST(Backoff, TheSameSeedGivesTheSameWaits) {
  crypto::SeededRandom_for_test one{42}, same{42}, other{43};
  Backoff a{one}, b{same}, c{other};
  bool differs = false;
  for (int i = 0; i < 10; ++i) {
    const Micros wait = a.next();
    EXPECT_EQ(wait, b.next());
    differs = differs || wait != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(Backoff, StartsOverAfterReset) {
  crypto::SeededRandom_for_test random{1};
  Backoff backoff{random};
  for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.next(), backoff_cap);
  backoff.reset();
  EXPECT_LE(backoff.next(), backoff_base);
}

}  // namespace
}  // namespace signet::agent
