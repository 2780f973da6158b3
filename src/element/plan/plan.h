// plan.h -- a wanted configuration, as a file: what a chip shall be for ever, readable before it is too late.
//
//   {"plan": 1, "lock": "config and data", "i2c_address": "0x60", "chip_mode": "0x01", ...,
//    "slots": [{"slot": 0, "use": "identity", "slot_config": "0x0081", "key_config": "0x0013", "make_key": true}, ...]}
//
// All sixteen slots must be there; a register that is left out is 0; a name that is not known is an error.
// docs/formats/element-plan.md
#pragma once

#include "element/wire/config.h"

#include <array>

namespace signet::element {

inline constexpr std::size_t plan_bytes_max = 64 * 1024;
inline constexpr std::size_t plan_use_bytes_max = 200;

enum class PlanLock : std::uint8_t { nothing, config, config_and_data };

struct PlannedSlot {
  std::string use;        // for people
  bool make_key = false;  // GenKey after the configuration lock
  Buffer data;            // written before the data lock; never for a secret slot
};

struct Plan {
  ConfigZone zone{};  // bytes 16..83 and 88..127 count; the rest is the chip's own
  std::array<PlannedSlot, slot_count> slots;
  Buffer otp;
  PlanLock lock = PlanLock::nothing;
};

// malformed, naming the member.
Result<Plan> parse_plan(std::string_view text);
// The same as a file, for an example to begin with.
std::string plan_text(const Plan& plan);

// The zone that this chip gets: its own bytes, counters and locks, and the plan's rest.
ConfigZone zone_on(const Plan& plan, const ConfigZone& chip);
// What the data zone gets before its lock.
DataImage image_of(const Plan& plan);

}  // namespace signet::element
