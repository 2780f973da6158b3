// explain.h -- why a chip said "execution error": the status means everything; configuration and state tell what.
//
//   "slot 9 has KeyType 7 (other data) and AES needs 6: use a slot configured for AES keys"
#pragma once

#include "element/wire/command.h"
#include "element/wire/config.h"
#include "element/wire/packet.h"

#include <optional>

namespace signet::element {

// What Info tells of the volatile state. A command that failed has left it as it was.
struct ChipState {
  bool temp_key_valid = false;
  bool from_input = false;  // TempKey's Source: from the host, not from the chip's random numbers
  bool gen_dig = false;
  bool gen_key = false;
  bool no_mac = false;
  unsigned key_id = 0;
  std::optional<unsigned> authorised = {};  // the slot whose CheckMac passed last
  bool latch = false;
};
// REQUIRES: four bytes of Info(State), and the first of Info(Latch).
ChipState chip_state_of(Bytes info_state, std::uint8_t info_latch);

// The precondition that this command misses, and the next step; empty when nothing tells. Without a state, what
// depends on it is named as a demand: "needs an authorisation ...".
std::string missing_precondition(const Command& command, const ConfigZone& config,
                                 const std::optional<ChipState>& state = {});

}  // namespace signet::element
