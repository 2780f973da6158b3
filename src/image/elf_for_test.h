// elf_for_test.h -- the smallest executables: a header, program headers, one byte of code.
#pragma once

#include "image/elf.h"

namespace signet::image {

struct Elf_for_test {
  Machine machine = this_machine();
  std::string loader{};  // with its NUL; empty: static
  std::uint16_t type = 3;
  std::uint64_t entry = 0x1000;
  std::uint32_t code_flags = 5;
  std::uint16_t more_headers = 0;  // of a kind that nobody reads

  Buffer bytes() const {
    const auto headers = static_cast<std::uint16_t>((loader.empty() ? 1 : 2) + more_headers);
    const std::uint64_t content_at = 64 + 56u * headers;
    Buffer out;
    Writer to{out};
    to.bytes(Block<16>{0x7f, 'E', 'L', 'F', 2, 1, 1}).u16_le(type).u16_le(static_cast<std::uint16_t>(machine));
    to.u32_le(1).u64_le(entry).u64_le(64).u64_le(0).u32_le(0).u16_le(64).u16_le(56).u16_le(headers);
    to.u16_le(0).u16_le(0).u16_le(0);
    program(to, 1, code_flags, content_at, 0x1000, 1);
    if (!loader.empty()) program(to, 3, 4, content_at + 1, 0, loader.size());
    for (std::uint16_t i = 0; i < more_headers; ++i) program(to, 0x6474e551, 6, ~0ull, 0, ~0ull);
    to.u8(0xc3).text(loader);
    return out;
  }

 private:
  static void program(Writer& to, std::uint32_t type, std::uint32_t flags, std::uint64_t at, std::uint64_t address,
                      std::uint64_t size) {
    to.u32_le(type).u32_le(flags).u64_le(at).u64_le(address).u64_le(address).u64_le(size).u64_le(size).u64_le(1);
  }
};

}  // namespace signet::image
