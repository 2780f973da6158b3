// elf.h -- a native executable as payload: for which machine it is, and how it is to be started. A 64-bit ELF file,
// little-endian (System V ABI, chapters 4 and 5), of which nothing but header and program headers is read.
#pragma once

#include "base/bytes.h"

namespace signet::image {

inline constexpr std::size_t program_headers_max = 64;

enum class Machine : std::uint16_t { x86_64 = 62, aarch64 = 183, riscv64 = 243 };  // e_machine
std::string_view name_of(Machine machine);                                         // "x86_64", "aarch64", "riscv64"
Result<Machine> parse_machine(std::string_view text);
Machine this_machine();
// The dynamic loader of Linux with glibc: the only one that an executable may ask for.
std::string_view loader_of(Machine machine);

struct Executable {
  Machine machine = Machine::x86_64;
  bool is_static = false;  // it asks for no loader
};
// malformed: no ELF, none that can be started, or one that asks for another loader.
Result<Executable> read_executable(Bytes elf);
// The same, and conflict when it is for another machine.
Result<Executable> check_executable(Bytes elf, Machine machine);

}  // namespace signet::image
