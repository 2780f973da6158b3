#include "gateway/rate.h"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

constexpr Instant start{Seconds{100}};

TEST(GatewayRate, GivesTheBurstThenSoManyASecond) {
  Rate rate{10, 5, start};
  for (int i = 0; i < 5; ++i) {
    rate.spend(start);
    EXPECT_FALSE(rate.exhausted(start)) << i;
  }
  rate.spend(start);
  EXPECT_TRUE(rate.exhausted(start));
  EXPECT_TRUE(rate.exhausted(start + Millis{99}));
  EXPECT_FALSE(rate.exhausted(start + Millis{100}));
}

TEST(GatewayRate, DebtIsPaidAndSavingsEndAtTheBurst) {
  Rate rate{10, 5, start};
  rate.spend(start, 25);
  EXPECT_TRUE(rate.exhausted(start + Millis{1999}));
  EXPECT_FALSE(rate.exhausted(start + Seconds{2}));
  const Instant later = start + Seconds{1'000'000};
  rate.spend(later, 5);
  EXPECT_FALSE(rate.exhausted(later));
  rate.spend(later);
  EXPECT_TRUE(rate.exhausted(later));
}

}  // namespace
}  // namespace signet::gateway
