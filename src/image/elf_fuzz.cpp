#include "image/elf.h"

// An executable is one for exactly one machine, whatever is read of it; and no file shorter than a header is any.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes bytes{data, size};
  const auto read = image::read_executable(bytes);
  if (!read) return 0;
  ENSURE(size >= 64 + 56);
  int machines = 0;
  for (const image::Machine one : {image::Machine::x86_64, image::Machine::aarch64, image::Machine::riscv64}) {
    if (image::check_executable(bytes, one)) ++machines;
  }
  ENSURE(machines == 1);
  return 0;
}
