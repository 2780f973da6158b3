#include "base/packed_id.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

PackedDeviceId packed(const std::string& suffix) { return PackedDeviceId{DeviceId::parse("dev-" + suffix).value()}; }

TEST(PackedId, EachIdComesBackAsItWas) {
  for (const char* suffix : {"000000000000", "000000000001", "00000000000z", "2rwublsnczbh", "zzzzzzzzzzzz"}) {
    EXPECT_EQ(packed(suffix).id().str(), "dev-" + std::string{suffix});
    EXPECT_EQ(PackedDeviceId::of_number(packed(suffix).number()), packed(suffix));
  }
  EXPECT_EQ(packed("000000000000").number(), 1u) << "0 names nothing";
  EXPECT_EQ(packed("zzzzzzzzzzzz").number(), packed_id_max);
  EXPECT_LT(packed_id_max, std::uint64_t{1} << 63) << "the topmost bit is free";
}

TEST(PackedId, NoIdIsNoNumber) {
  EXPECT_TRUE(PackedDeviceId{}.empty());
  EXPECT_EQ(PackedDeviceId{DeviceId{}}, PackedDeviceId{});
  EXPECT_TRUE(PackedDeviceId{}.id().empty());
}

}  // namespace
}  // namespace signet
