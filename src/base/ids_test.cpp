#include "base/ids.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

constexpr std::uint32_t serials = 36 * 36 * 36 * 36;

TEST(Ids, HaveAPrefixAndTwelveLowerCaseCharacters) {
  EXPECT_TRUE(DeviceId::parse("dev-0123456789az"));
  for (const char* bad : {"", "dev-", "dev-0123456789a", "dev-0123456789azz", "flt-0123456789az", "dev-0123456789aZ",
                          "dev-0123456789a ", "dev_0123456789az", "DEV-0123456789az"}) {
    EXPECT_FALSE(DeviceId::parse(bad)) << bad;
  }
  EXPECT_EQ(DeviceId::parse("nonsense").error().what, "not an id of the form dev-xxxxxxxxxxxx");
}

TEST(Ids, RiseWithTimeAndReadBack) {
  ManualClock clock{from_epoch_micros(1'700'000'000'000'000)};
  IdSource source{clock, 7};
  DeviceId last;
  for (int i = 0; i < 1000; ++i) {
    const auto id = source.next<DeviceIdKind>();
    ASSERT_EQ(id.str().size(), id_chars);
    ASSERT_EQ(DeviceId::parse(id.str()).value(), id);
    ASSERT_LT(last, id);
    last = id;
    if (i % 3 == 0) clock.advance(Millis{1});
  }
}

TEST(Ids, RiseEvenWhenTheClockStandsStillOrStepsBackAndTheSerialWraps) {
  ManualClock clock{from_epoch_micros(1'700'000'000'000'000)};
  IdSource source{clock, serials - 3};
  FleetId last = source.next<FleetIdKind>();
  for (int i = 0; i < 100; ++i) {
    if (i == 50) clock.set_wall(from_epoch_micros(0));
    const auto id = source.next<FleetIdKind>();
    ASSERT_LT(last, id) << i;
    last = id;
  }
}

TEST(Ids, SuffixIsTimeThenSerial) {
  EXPECT_EQ(id_suffix(parse_rfc3339("2020-01-01T00:00:00Z").value(), 0), "000000000000");
  EXPECT_EQ(id_suffix(parse_rfc3339("2020-01-01T00:00:00.036Z").value(), 35), "00000010000z");
  EXPECT_EQ(id_suffix(from_epoch_micros(0), serials + 1), "000000000001");
}

}  // namespace
}  // namespace signet
