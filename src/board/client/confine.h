// confine.h -- what a firmware gives up before it runs a line of the program: sockets, other processes, other programs.
#pragma once

#include "base/result.h"

namespace signet::board {

// Where a process that is about to become a native firmware has that one's image: a number beyond those that the
// firmware may have, so that, once its start has closed it, there is never one again.
inline constexpr int firmware_image_fd = 64;

// With what a board that is told of refusals (board/refusals.h) answers bind(-1): that it is.
inline constexpr int refusal_is_told = 87;  // EUSERS

enum class MayStart : bool { nothing, image };

// From here on this process, every thread of it, gets EPERM for making sockets and connections, starting processes or
// programs, signals, looking into other processes, and changing mode, owner or size of a file by its name. What is open
// stays open; threads may still be started. Where the board is told of it, the refusal of sockets is its answer. Cannot
// be undone. The files are landlock.h's. MayStart::image leaves execveat of firmware_image_fd: landlock.h's Reach::run
// has to keep all files from being started that way. unavailable when the kernel has no seccomp filter (Linux 3.17).
Status confine_process(MayStart what = MayStart::nothing);

}  // namespace signet::board
