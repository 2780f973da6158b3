// profile.h -- what kind of board this is, from a file of lines "name = value" (docs/formats/board-profile.md).
#pragma once

#include "base/fields.h"
#include "board/dial_rules.h"

namespace signet::board {

struct Profile {
  std::string board = "virtual";
  std::string reach;
  std::string wifi, wifi_control, ethernet, console;  // empty: board/linux/part_names.h says
};

inline constexpr std::tuple profile_fields{
    Field{"board", &Profile::board, "its name: images are built for it (signet firmware build --board)"},
    Field{"reach", &Profile::reach,
          "hosts that its programs may be connected to: names, *.names, addresses, nets, or any; none without it"},
    Field{"wifi", &Profile::wifi, "virtual, none, system (whichever way out the computer has), or wpa:INTERFACE"},
    Field{"wifi_control", &Profile::wifi_control, "folder of wpa_supplicant's control sockets"},
    Field{"ethernet", &Profile::ethernet, "virtual, none, or an interface"},
    Field{"console", &Profile::console, "pty, or serial:DEVICE[:BAUD]"}};

}  // namespace signet::board
