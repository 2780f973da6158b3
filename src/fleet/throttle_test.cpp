#include "fleet/throttle.h"

#include <gtest/gtest.h>

namespace signet::fleet {
namespace {

constexpr Instant start{Seconds{100}};

TEST(Throttle, ThreeFailuresAreFreeThenTheDelayDoubles) {
  Throttle throttle;
  for (unsigned i = 0; i < Throttle::free_failures; ++i) {
    throttle.failed("a", start);
    EXPECT_EQ(throttle.wait("a", start), Seconds{0});
  }
  for (const int expected : {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
    throttle.failed("a", start);
    EXPECT_EQ(throttle.wait("a", start), Seconds{expected});
  }
  EXPECT_EQ(throttle.wait("a", start + Throttle::delay_max), Seconds{0}) << "never for ever";
  EXPECT_EQ(throttle.wait("b", start), Seconds{0}) << "nor for anybody else";
  throttle.succeeded("a");
  EXPECT_EQ(throttle.wait("a", start), Seconds{0});
}

TEST(Throttle, AnHourOfPeaceForgets) {
  Throttle throttle;
  for (int i = 0; i < 10; ++i) throttle.failed("a", start);
  const Instant later = start + Throttle::forgotten_after;
  throttle.failed("a", later);
  EXPECT_EQ(throttle.wait("a", later), Seconds{0});
}

TEST(Throttle, RemembersAtMostKeysMax) {
  Throttle throttle;
  for (std::size_t i = 0; i < Throttle::keys_max; ++i) throttle.failed(std::to_string(i), start + Micros{i});
  EXPECT_EQ(throttle.size(), Throttle::keys_max);
  throttle.failed("one more", start + Seconds{1});
  EXPECT_EQ(throttle.size(), Throttle::keys_max);
}

TEST(Suppressor, LetsOneThroughAWindowAndCountsTheRest) {
  Suppressor suppressor;
  EXPECT_EQ(suppressor.pass("a", start), 0u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(suppressor.pass("a", start), std::nullopt);
  EXPECT_EQ(suppressor.pass("b", start), 0u) << "another kind";
  EXPECT_EQ(suppressor.pass("a", start + Suppressor::window), 5u);
  EXPECT_EQ(suppressor.pass("a", start + 2 * Suppressor::window), 0u);
}

TEST(Suppressor, WithTooManyKindsTheRestShareOnePlace) {
  Suppressor suppressor;
  for (std::size_t i = 0; i < Suppressor::keys_max; ++i) ASSERT_EQ(suppressor.pass(std::to_string(i), start), 0u);
  EXPECT_EQ(suppressor.pass("x", start), 0u);
  EXPECT_EQ(suppressor.pass("y", start), std::nullopt);
  EXPECT_EQ(suppressor.size(), Suppressor::keys_max);
  const Instant later = start + Suppressor::window;
  EXPECT_EQ(suppressor.pass("z", later), 0u) << "there is room again";
  EXPECT_EQ(suppressor.size(), 1u);
}

}  // namespace
}  // namespace signet::fleet
