// explain.h -- why a chip said "execution error": the status means everything, the configuration tells what.
#pragma once

#include "element/wire/command.h"
#include "element/wire/config.h"
#include "element/wire/packet.h"

namespace signet::element {

// The precondition that this command misses on a chip so configured; empty when the configuration does not tell.
std::string missing_precondition(const Command& command, const ConfigZone& config);

}  // namespace signet::element
