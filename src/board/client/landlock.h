// landlock.h -- which files a firmware can still reach: a few folders, and nothing else of the machine (Linux 5.13).
#pragma once

#include "base/result.h"

#include <string>
#include <vector>

namespace signet::board {

// Files and folders with all below them. Name no folder that holds another one which must stay out of reach: what is
// granted cannot be taken back further down. What is not there is left out.
struct Reach {
  std::vector<std::string> read;
  std::vector<std::string> change;  // read, write, make, rename, remove; no device, no socket
  std::vector<std::string> run{};   // read, and start: the loader of a native firmware
};

// From here on this thread, and each one it starts, gets EACCES for opening, making or removing anything else; likewise
// connecting and binding TCP, where the kernel can (6.7), and signals to other processes (6.12). Call it while there is
// but one thread. Cannot be undone; what is open stays open. unavailable when the kernel has no Landlock.
Status confine_files(const Reach& reach);

}  // namespace signet::board
