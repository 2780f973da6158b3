// spawn.h -- starts one confined child process.
#pragma once

#include "base/port/file.h"

#include <string>
#include <vector>

namespace signet::board {

struct Child {
  int pid = 0;
  Fd process;   // readable when it has ended
  Fd text;      // what it writes to 1 and 2; non-blocking
  Fd socket;    // the board's end of its descriptor 3; non-blocking
  Fd refusals;  // for refusals.h
};

// The limits are those of firmware.h. An Error when it could not be started at all; a command that cannot be executed
// ends with code 127. With an `executable` (native.h) that runs instead of the command.
Result<Child> spawn_confined(const std::vector<std::string>& command, const std::string& folder, const Fd& executable);

// How it ended, for a person: "with code 1", "by signal 9 (Killed)". Reaps it.
struct Ending {
  bool clean = false;
  std::string how;
};
Ending reap(int pid);

}  // namespace signet::board
