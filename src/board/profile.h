// profile.h -- what kind of board this is, from a file of lines "name = value" (docs/formats/board-profile.md).
#pragma once

#include "base/fields.h"
#include "board/dial_rules.h"

namespace signet::board {

struct Profile {
  std::string board = "virtual";
  std::string reach;
};

inline constexpr std::tuple profile_fields{
    Field{"board", &Profile::board, "its name: images are built for it (signet firmware build --board)"},
    Field{"reach", &Profile::reach,
          "hosts that its programs may be connected to: names, *.names, addresses, nets, or any; none without it"}};

}  // namespace signet::board
