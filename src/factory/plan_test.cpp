#include "factory/plan.h"

#include <gtest/gtest.h>

namespace signet::factory {
namespace {

using element::ConfigZone;

ConfigZone blank_zone() {
  ConfigZone zone{};
  zone[0] = 0x01, zone[1] = 0x23, zone[12] = 0x01;
  zone[element::at::lock_value] = zone[element::at::lock_config] = element::unlocked;
  zone[element::at::slot_locked] = zone[element::at::slot_locked + 1] = 0xff;
  return zone;
}

TEST(FactoryPlan, KeepsWhatTheChipOwns) {
  const ConfigZone blank = blank_zone();
  const ConfigZone planned = planned_configuration(blank);
  for (std::size_t byte = 0; byte < planned.size(); ++byte) {
    if (element::is_config_byte_writable(byte)) continue;
    EXPECT_EQ(planned[byte], blank[byte]) << "byte " << byte;
  }
}

TEST(FactoryPlan, SaysWhatEachSlotMayDo) {
  const ConfigZone planned = planned_configuration(blank_zone());
  const auto identity = element::slot_config(planned, 0);
  EXPECT_TRUE(identity.is_secret);
  EXPECT_TRUE(identity.may_sign_external());
  EXPECT_FALSE(identity.may_sign_internal());
  EXPECT_FALSE(identity.may_ecdh());
  EXPECT_FALSE(identity.may_gen_key()) << "the identity must never be replaced";
  EXPECT_TRUE(element::key_config(planned, 0).is_private);
  EXPECT_TRUE(element::key_config(planned, 0).pub_info);
  EXPECT_TRUE(element::slot_config(planned, 1).may_sign_internal());
  EXPECT_FALSE(element::slot_config(planned, 1).may_sign_external()) << "attestation signs no foreign text";
  for (unsigned slot = 2; slot <= last_key_slot; ++slot) EXPECT_TRUE(element::slot_config(planned, slot).may_gen_key());
  for (unsigned slot = last_key_slot + 1; slot < element::slot_count; ++slot) {
    EXPECT_FALSE(element::key_config(planned, slot).is_private) << "slot " << slot;
  }
}

TEST(FactoryPlan, KnowsItsOwnZoneAgainAndNoOther) {
  ConfigZone zone = planned_configuration(blank_zone());
  ASSERT_TRUE(is_planned(zone));
  zone[element::at::slot_locked] = 0xfe;  // a slot locked in the field changes nothing
  zone[element::at::lock_config] = 0;
  EXPECT_TRUE(is_planned(zone));
  for (std::size_t byte = element::at::slot_config; byte < element::at::counters; ++byte) {
    ConfigZone harmed = zone;
    harmed[byte] ^= 1;
    EXPECT_FALSE(is_planned(harmed)) << "byte " << byte;
  }
}

}  // namespace
}  // namespace signet::factory
