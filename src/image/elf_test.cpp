#include "image/elf_for_test.h"

#include <gtest/gtest.h>

namespace signet::image {
namespace {

std::string loader_with_end(Machine machine) { return std::string{loader_of(machine)} + '\0'; }

TEST(Elf, SaysForWhichMachineItIsAndWhetherItNeedsALoader) {
  for (const Machine machine : {Machine::x86_64, Machine::aarch64, Machine::riscv64}) {
    const auto fixed = read_executable(Elf_for_test{.machine = machine}.bytes());
    ASSERT_TRUE(fixed) << fixed.error().what;
    EXPECT_EQ(fixed.value().machine, machine);
    EXPECT_TRUE(fixed.value().is_static);
    const auto dynamic = read_executable(Elf_for_test{.machine = machine, .loader = loader_with_end(machine)}.bytes());
    ASSERT_TRUE(dynamic) << dynamic.error().what;
    EXPECT_FALSE(dynamic.value().is_static);
    EXPECT_EQ(parse_machine(name_of(machine)).value(), machine);
  }
  EXPECT_FALSE(parse_machine("pdp11"));
}

TEST(Elf, OfAnotherMachineIsRefusedWithBothNames) {
  const Buffer elf = Elf_for_test{.machine = Machine::aarch64}.bytes();
  EXPECT_TRUE(check_executable(elf, Machine::aarch64));
  const Error error = check_executable(elf, Machine::x86_64).error();
  EXPECT_EQ(error.code, Errc::conflict);
  EXPECT_EQ(error.what, "it is an executable for aarch64, not for x86_64");
}

TEST(Elf, CutAnywhereIsRefused) {
  const Buffer whole = Elf_for_test{.loader = loader_with_end(this_machine())}.bytes();
  ASSERT_TRUE(read_executable(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_executable(Bytes{whole}.first(size))) << size;
  }
}

TEST(Elf, ThatCannotBeStartedIsRefused) {
  EXPECT_NE(read_executable(bytes_of("#!/bin/sh\nexec true\n")).error().what.find("ELF"), std::string::npos);
  EXPECT_FALSE(read_executable(Elf_for_test{.machine = Machine{40}}.bytes())) << "32-bit Arm";
  EXPECT_FALSE(read_executable(Elf_for_test{.type = 1}.bytes())) << "an object file";
  EXPECT_FALSE(read_executable(Elf_for_test{.type = 4}.bytes())) << "a core";
  EXPECT_FALSE(read_executable(Elf_for_test{.entry = 0}.bytes())) << "a library";
  EXPECT_FALSE(read_executable(Elf_for_test{.entry = 0x1001}.bytes())) << "begins behind its code";
  EXPECT_FALSE(read_executable(Elf_for_test{.code_flags = 4}.bytes())) << "its code may not run";
  for (const std::size_t at : {4u, 5u, 6u}) {  // 64-bit, little-endian, version
    Buffer harmed = Elf_for_test{}.bytes();
    harmed[at] ^= 3;
    EXPECT_FALSE(read_executable(harmed)) << at;
  }
}

TEST(Elf, WithAnotherLoaderIsRefused) {
  const std::string good = loader_with_end(this_machine());
  EXPECT_TRUE(read_executable(Elf_for_test{.loader = good}.bytes()));
  for (const std::string& other : {std::string{"/tmp/loader"} + '\0', good + "x", good.substr(0, good.size() - 1)}) {
    const auto read = read_executable(Elf_for_test{.loader = other}.bytes());
    ASSERT_FALSE(read) << other;
    EXPECT_NE(read.error().what.find("-static"), std::string::npos);
  }
}

TEST(Elf, HasAtMost64ProgramHeaders) {
  EXPECT_TRUE(read_executable(Elf_for_test{.more_headers = program_headers_max - 1}.bytes()));
  EXPECT_FALSE(read_executable(Elf_for_test{.more_headers = program_headers_max}.bytes()));
}

}  // namespace
}  // namespace signet::image
