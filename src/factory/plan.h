// plan.h -- the configuration that our elements get: what each slot may do, for ever.
//
// Slot numbers follow Microchip's Trust Platform (TrustFLEX), so that genuine parts fit the same software.
#pragma once

#include "element/wire/config.h"

namespace signet::factory {

inline constexpr unsigned last_key_slot = 4;  // 0 identity, 1 attestation, 2..4 secondary: all made inside

struct SlotPlan {
  std::uint16_t slot_config;
  std::uint16_t key_config;
  const char* use;
};
const std::array<SlotPlan, element::slot_count>& slot_plans();

// The whole zone: bytes 0..15, counters and lock bytes as the chip has them (`blank` is what was read from it), the
// rest as planned.
element::ConfigZone planned_configuration(const element::ConfigZone& blank);

// True when a zone that is locked already is one we would have made: a unit whose personalisation was interrupted.
bool is_planned(const element::ConfigZone& zone);

}  // namespace signet::factory
