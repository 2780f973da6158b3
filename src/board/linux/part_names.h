// part_names.h -- which parts a board has, as its profile and its command line name them
// (docs/formats/board-profile.md):
//   wifi     := "virtual" | "none" | "system" | "wpa:" INTERFACE
//   ethernet := "virtual" | "none" | INTERFACE
//   console  := "pty" | "serial:" DEVICE [":" BAUD]
#pragma once

#include "board/linux/serial_line.h"

namespace signet::board {

inline constexpr std::string_view wpa_prefix = "wpa:", serial_prefix = "serial:";

struct PartNames {
  std::string wifi = {}, wifi_control = {}, ethernet = {}, console = {};  // empty: not named
};

// With a name for each: virtual, virtual, pty; of real hardware system, none, and the console that was named.
// malformed: a name that is none. conflict: real hardware with a virtual part, or without a console.
Result<PartNames> settle_parts(PartNames named, bool is_hardware);

// REQUIRES: settled, and not virtual. `folder` is the board's.
Result<std::unique_ptr<Wifi>> open_real_wifi(net::Loop& loop, const PartNames& names, const std::string& folder);
Result<std::unique_ptr<Ethernet>> open_real_ethernet(const PartNames& names);  // null: none

}  // namespace signet::board
