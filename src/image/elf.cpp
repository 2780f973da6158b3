#include "image/elf.h"

#include "base/port/arch.h"

namespace signet::image {
namespace {

constexpr Block<7> identification{0x7f, 'E', 'L', 'F', 2, 1, 1};  // 64-bit, little-endian, version 1
constexpr std::size_t identification_bytes = 16;
constexpr std::uint16_t fixed_executable = 2, shared_object = 3;  // e_type
constexpr std::size_t program_header_bytes = 56;
constexpr std::uint32_t loaded_part = 1, loader_part = 3;  // p_type
constexpr std::uint32_t may_run = 1;                       // p_flags

struct ElfHeader {
  Machine machine{};
  std::uint64_t entry = 0;
  std::uint64_t programs_at = 0;
  std::size_t programs = 0;
};

struct ElfProgram {
  std::uint32_t type = 0, flags = 0;
  std::uint64_t address = 0;
  Bytes content;
};

Error not_to_start(const char* why) {
  return Error{Errc::malformed, std::string{"it is no executable for Linux: "} + why};
}

Result<Machine> find_machine(std::uint16_t number) {
  for (const Machine one : {Machine::x86_64, Machine::aarch64, Machine::riscv64}) {
    if (number == static_cast<std::uint16_t>(one)) return one;
  }
  return Error{Errc::malformed, "it is an executable for machine " + std::to_string(number) + ", which no board has"};
}

Result<ElfHeader> take_elf_header(Bytes elf) {
  Reader in{elf};
  const Bytes first = TRY(in.take(identification_bytes));
  if (!std::equal(identification.begin(), identification.end(), first.begin()))
    return not_to_start("it does not begin as a 64-bit ELF file does");
  const std::uint16_t type = TRY(in.u16_le());
  if (type != fixed_executable && type != shared_object) return not_to_start("it is an object file or a core");
  ElfHeader out;
  const std::uint16_t machine = TRY(in.u16_le());
  TRY(in.u32_le());  // version
  out.entry = TRY(in.u64_le());
  out.programs_at = TRY(in.u64_le());
  TRY(in.take(8 + 4 + 2));  // where sections are, flags, size of this header
  const std::uint16_t size = TRY(in.u16_le());
  out.programs = TRY(in.u16_le());
  if (size != program_header_bytes || out.programs > program_headers_max)
    return not_to_start("its program headers are of another size, or more than 64");
  out.machine = TRY(find_machine(machine));
  return out;
}

Result<Bytes> part_of_file(Bytes elf, std::uint64_t at, std::uint64_t size) {
  if (at > elf.size() || size > elf.size() - at) return Error{Errc::malformed, "ends too early"};
  return elf.subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
}

Result<ElfProgram> take_elf_program(Reader& in, Bytes elf) {
  ElfProgram out;
  out.type = TRY(in.u32_le());
  out.flags = TRY(in.u32_le());
  const std::uint64_t at = TRY(in.u64_le());
  out.address = TRY(in.u64_le());
  TRY(in.u64_le());  // physical address
  const std::uint64_t size = TRY(in.u64_le());
  TRY(in.take(8 + 8));  // size in memory, alignment
  if (out.type == loaded_part || out.type == loader_part) out.content = TRY(part_of_file(elf, at, size));
  return out;
}

Status check_loader(Bytes asked, Machine machine) {
  const std::string known = std::string{loader_of(machine)} + '\0';
  if (text_of(asked) == known) return {};
  return Error{Errc::malformed, "it asks for another dynamic loader than " + std::string{loader_of(machine)} +
                                    ": build it for glibc, or with -static"};
}

Result<Executable> read_parts(Bytes elf) {
  const ElfHeader header = TRY(take_elf_header(elf));
  const Bytes table = TRY(part_of_file(elf, header.programs_at, header.programs * program_header_bytes));
  Reader in{table};
  Executable out{header.machine, true};
  bool begins = false;
  for (std::size_t i = 0; i < header.programs; ++i) {
    const ElfProgram program = TRY(take_elf_program(in, elf));
    if (program.type == loader_part) {
      TRY(check_loader(program.content, header.machine));
      out.is_static = false;
    }
    if (program.type != loaded_part || (program.flags & may_run) == 0) continue;
    begins = begins || (header.entry >= program.address && header.entry - program.address < program.content.size());
  }
  if (!begins) return not_to_start("it has no code where it is to begin; is it a library?");
  return out;
}

}  // namespace

std::string_view name_of(Machine machine) {
  switch (machine) {
    case Machine::x86_64: return "x86_64";
    case Machine::aarch64: return "aarch64";
    case Machine::riscv64: return "riscv64";
  }
  return "";
}

Result<Machine> parse_machine(std::string_view text) {
  for (const Machine one : {Machine::x86_64, Machine::aarch64, Machine::riscv64}) {
    if (text == name_of(one)) return one;
  }
  return Error{Errc::malformed, "a machine is x86_64, aarch64 or riscv64"};
}

Machine this_machine() { return static_cast<Machine>(elf_machine); }

std::string_view loader_of(Machine machine) {
  switch (machine) {
    case Machine::x86_64: return "/lib64/ld-linux-x86-64.so.2";
    case Machine::aarch64: return "/lib/ld-linux-aarch64.so.1";
    case Machine::riscv64: return "/lib/ld-linux-riscv64-lp64d.so.1";
  }
  return "";
}

Result<Executable> read_executable(Bytes elf) {
  auto out = read_parts(elf);
  if (!out && out.error().what == "ends too early") return not_to_start("the file is cut short");
  return out;
}

Result<Executable> check_executable(Bytes elf, Machine machine) {
  const Executable out = TRY(read_executable(elf));
  if (out.machine == machine) return out;
  return Error{Errc::conflict, "it is an executable for " + std::string{name_of(out.machine)} + ", not for " +
                                   std::string{name_of(machine)}};
}

}  // namespace signet::image
