// jumper.h -- the jumpers that a board may have, by name:
//   file              the file FOLDER/jumper is there: a virtual board's. No program can make it
//   (docs/formats/board-client.md) gpio:CHIP:LINE    gpio:/dev/gpiochip0:17 is drawn to ground; its pull-up is switched
//   on. A button held down does as well on                always set: a board on a developer's desk
#pragma once

#include "board/ports.h"

#include <memory>

namespace signet::board {

inline constexpr std::uint32_t gpio_line_max = 1023;  // of a chip

// malformed: no such name. The GPIO line is the board's from here on: nobody else may drive it.
Result<std::unique_ptr<Jumper>> open_jumper(const std::string& name, const std::string& folder);

}  // namespace signet::board
