#include "base/clock.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

std::int64_t micros_of(std::string_view text) { return epoch_micros(parse_rfc3339(text).value()); }

TEST(Rfc3339, WritesUtcWithSixDigitsOrNone) {
  EXPECT_EQ(rfc3339(from_epoch_micros(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(from_epoch_micros(1'616'751'960'565'155)), "2021-03-26T09:46:00.565155Z");
  EXPECT_EQ(rfc3339(from_epoch_micros(1'000)), "1970-01-01T00:00:00.001000Z");
  EXPECT_EQ(rfc3339(parse_rfc3339("9999-12-31T23:59:59Z").value()), "9999-12-31T23:59:59Z");
}

TEST(Rfc3339, ReadsOffsetsAndFractions) {
  EXPECT_EQ(micros_of("2021-03-26T09:46:00.565155Z"), 1'616'751'960'565'155);
  EXPECT_EQ(micros_of("2021-03-26t09:46:00z"), 1'616'751'960'000'000);
  EXPECT_EQ(micros_of("2021-03-26 10:46:00+01:00"), 1'616'751'960'000'000);
  EXPECT_EQ(micros_of("2021-03-26T05:16:00-04:30"), 1'616'751'960'000'000);
  EXPECT_EQ(micros_of("1970-01-01T00:00:00.5Z"), 500'000);
  EXPECT_EQ(micros_of("1970-01-01T00:00:00.123456999Z"), 123'456);
  EXPECT_EQ(micros_of("2016-12-31T23:59:60Z"), micros_of("2017-01-01T00:00:00Z"));  // a leap second
  EXPECT_EQ(micros_of("2024-02-29T00:00:00Z") + 86'400'000'000, micros_of("2024-03-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* bad : {"",
                          "2021",
                          "2021-03-26",
                          "2021-03-26T09:46Z",
                          "2021-03-26T09:46:00",
                          "2021-3-26T09:46:00Z",
                          "2021-13-01T00:00:00Z",
                          "2021-00-01T00:00:00Z",
                          "2021-02-29T00:00:00Z",
                          "2021-04-31T00:00:00Z",
                          "2021-03-26T24:00:00Z",
                          "2021-03-26T09:60:00Z",
                          "2021-03-26T09:46:61Z",
                          "2021-03-26T09:46:00.Z",
                          "2021-03-26T09:46:00.1234567890Z",
                          "2021-03-26T09:46:00+24:00",
                          "2021-03-26T09:46:00+01:60",
                          "2021-03-26T09:46:00+0100",
                          "2021-03-26T09:46:00Zx",
                          " 2021-03-26T09:46:00Z",
                          "+021-03-26T09:46:00Z",
                          "2021-03-26T09:46:-1Z",
                          "10000-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Rfc3339, KeepsToTheYears1970To9999AlsoAfterTheOffset) {
  EXPECT_TRUE(parse_rfc3339("1970-01-01T01:00:00+01:00"));
  EXPECT_FALSE(parse_rfc3339("1970-01-01T00:59:59+01:00"));
  EXPECT_FALSE(parse_rfc3339("1969-12-31T23:59:59Z"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01"));
  EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:60Z"));
}

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock{from_epoch_micros(1'000'000)};
  const Instant start = clock.monotonic();
  clock.advance(Seconds{2});
  EXPECT_EQ(epoch_micros(clock.now()), 3'000'000);
  clock.set_wall(from_epoch_micros(0));
  EXPECT_EQ(clock.monotonic() - start, Seconds{2});
  EXPECT_EQ(epoch_millis(clock.now()), 0);
}

}  // namespace
}  // namespace signet
