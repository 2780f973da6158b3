// flasher.h -- how a board gets its first keys and images, as over the programmer's cable: the board is off.
#pragma once

#include "base/bytes.h"
#include "image/format.h"

#include <string>
#include <vector>

namespace signet::board {

struct Flashing {
  std::string folder;             // the board's, made when missing
  std::string board = "virtual";  // its name, for which the images must be
  std::vector<image::Key> keys;   // of a board that has none yet; empty for one that has
  std::vector<Buffer> images;     // OS and application, in any order; one of them for a board that has the other
};

// Writes WORK and begins the journal anew; the board itself judges all again when it starts. conflict: it is running,
// or it accepts other keys than these already. Everything is checked before anything is written.
Status flash_board(const Flashing& flashing);

}  // namespace signet::board
