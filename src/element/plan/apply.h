// apply.h -- makes a chip what the plan says; on the emulator first, then on the chip, the same steps.
#pragma once

#include "element/atecc/atecc.h"
#include "element/plan/plan.h"

#include <functional>

namespace signet::element {

// Writes, reads back, and locks by checksum alone. Stops before a lock when the chip is not as planned. May be played
// again after any failure: what is done already is found done. `say` hears each step before it is taken.
// conflict: the chip is locked with another configuration.
Status apply_plan(const Plan& plan, Atecc& chip, const std::function<void(const std::string& step)>& say);

// "byte 16: 0xc0, planned 0x6a": where the chip's zone is not as planned. Empty: it is.
std::vector<std::string> differences(const ConfigZone& chip, const ConfigZone& wanted);

}  // namespace signet::element
