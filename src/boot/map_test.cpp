#include "boot/map.h"

#include <gtest/gtest.h>

namespace signet::boot {
namespace {

TEST(FlashMap, LaysEverythingOutInWholeSectors) {
  const Map map = make_map(4096, 4, 10'000, 5'000);
  EXPECT_TRUE(is_legal(map));
  EXPECT_EQ(map.place(Area::park, Part::application).bytes, 8192u);
  EXPECT_EQ(flash_bytes(map), 2 * 4096u + 3 * (12'288u + 8'192u));
}

TEST(FlashMap, AnotherIsRefused) {
  const Map good = make_map(4096, 4, 10'000, 5'000);
  const auto refused = [&](auto harm) {
    Map map = good;
    harm(map);
    return !is_legal(map);
  };
  EXPECT_FALSE(refused([](Map&) {}));
  EXPECT_TRUE(refused([](Map& map) { map.areas[0][0].at += 1; })) << "not a sector's beginning";
  EXPECT_TRUE(refused([](Map& map) { map.areas[0][0].bytes = 0; }));
  EXPECT_TRUE(refused([](Map& map) { map.areas[1][0].bytes += 4096; })) << "overlaps and is larger than in WORK";
  EXPECT_TRUE(refused([](Map& map) { map.areas[2][1].bytes += 4096; })) << "larger than in WORK";
  EXPECT_TRUE(refused([](Map& map) { map.journal[1] = map.journal[0]; }));
  EXPECT_TRUE(refused([](Map& map) { map.areas[2][1].at = 0u - 4096; })) << "ends after the last address";
  EXPECT_TRUE(refused([](Map& map) { map.program_bytes = 0; }));
  EXPECT_TRUE(refused([](Map& map) { map.program_bytes = 3; }));
  EXPECT_TRUE(refused([](Map& map) { map.sector_bytes = 0; }));
}

TEST(FlashMap, ProgramsAtMostProgramBytesMaxAtOnce) {
  EXPECT_TRUE(is_legal(make_map(4096, program_bytes_max, 4096, 4096)));
  EXPECT_FALSE(is_legal(make_map(4096, 2 * program_bytes_max, 4096, 4096)));
}

TEST(FlashMap, ABankHasRoomForFifteenEntries) {
  EXPECT_TRUE(is_legal(make_map(128, 1, 4096, 4096)));
  Map map = make_map(128, 1, 4096, 4096);
  EXPECT_EQ(map.journal[0].bytes, journal_slots * journal_slot_bytes);
  map.journal[0].bytes -= 128;
  EXPECT_FALSE(is_legal(map));
}

}  // namespace
}  // namespace signet::boot
