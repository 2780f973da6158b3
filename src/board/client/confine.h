// confine.h -- what a firmware gives up before it runs a line of the program: sockets, other processes, other programs.
#pragma once

#include "base/result.h"

namespace signet::board {

// From here on this process, every thread of it, gets EPERM for making sockets and connections, starting processes or
// programs, signals, looking into other processes, and changing mode, owner or size of a file by its name. What is open
// stays open; threads may still be started. Cannot be undone. The files are landlock.h's.
// unavailable when the kernel has no seccomp filter (Linux 3.17).
Status confine_process();

}  // namespace signet::board
