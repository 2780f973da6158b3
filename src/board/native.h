// native.h -- a native executable out of the flash: checked, in memory that nobody can change, started confined.
#pragma once

#include "base/port/file.h"
#include "board/client/landlock.h"

#include <string>

namespace signet::board {

// An anonymous file with the executable, sealed: not even the board can change it any more. conflict: it is for another
// machine; malformed: it is no executable; unavailable: this system forbids executables in memory.
Result<Fd> seal_executable(Bytes elf);

// The same of a file, for development. An Fd without a descriptor: it is no ELF file.
Result<Fd> load_executable(const std::string& path);

// The files that a native firmware reaches, with its own folder to change.
Reach reach_of_native(const std::string& folder);

// In a child, which has all the descriptors of a firmware and its image at firmware_image_fd: gives up what a Python
// program gives up before its first line, and becomes the image. Returns only when it could not. Allocates nothing
// until it fails.
Error become_native(const Reach& reach, char* const* environment);

}  // namespace signet::board
