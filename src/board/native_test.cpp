#include "board/native.h"

#include "board/firmware_scene_for_test.h"
#include "image/elf_for_test.h"

#include <unistd.h>
#include <cerrno>

namespace signet::board {
namespace {

constexpr std::size_t tool_bytes_max = 8u << 20;

// Programs of this system as firmware: they print what they see.
class NativeTest : public FirmwareScene {
 protected:
  void run(const std::string& tool) {
    FirmwareScene::run({{}, "", seal_executable(read_file(tool, tool_bytes_max).value()).value()});
  }
};

TEST_F(NativeTest, RunsOutOfMemoryInItsOwnFolderWithAnEmptyEnvironment) {
  run("/usr/bin/env");
  if (!lines.empty() && lines[0].find("Landlock") != std::string::npos) GTEST_SKIP() << lines[0];
  EXPECT_EQ(lines, (std::vector<std::string>{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}));
  EXPECT_EQ(ends, std::vector<std::string>{"the program has ended"});
  lines.clear();
  run("/usr/bin/pwd");
  EXPECT_EQ(lines.size(), 1u);
  lines.clear();
  run("/usr/bin/id");
  EXPECT_EQ(lines.size(), 1u);
}

TEST_F(NativeTest, IsSealedAgainstEverybody) {
  const Fd image = seal_executable(image::Elf_for_test{}.bytes()).value();
  EXPECT_EQ(::pwrite(image.get(), "x", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(::ftruncate(image.get(), 0), -1);
  EXPECT_EQ(errno, EPERM);
}

TEST_F(NativeTest, ForAnotherMachineOrNoExecutableAtAllIsRefused) {
  const auto other =
      image::this_machine() == image::Machine::aarch64 ? image::Machine::x86_64 : image::Machine::aarch64;
  EXPECT_EQ(seal_executable(image::Elf_for_test{.machine = other}.bytes()).error().code, Errc::conflict);
  EXPECT_EQ(seal_executable(bytes_of("#!/bin/sh\n")).error().code, Errc::malformed);
}

TEST_F(NativeTest, OneThatCannotBeStartedSaysSoAndIsACrash) {
  // Its segment lies across pages: no kernel maps it.
  FirmwareScene::run({{}, "", seal_executable(image::Elf_for_test{}.bytes()).value()});
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_NE(ends[0].find("; next start in "), std::string::npos) << ends[0];
}

TEST_F(NativeTest, AFileForDevelopmentIsOneOrIsNot) {
  ASSERT_TRUE(write_file_atomic(folder.file("main.py"), bytes_of("print(1)\n"), 0600));
  ASSERT_TRUE(write_file_atomic(folder.file("lamp"), image::Elf_for_test{}.bytes(), 0700));
  EXPECT_FALSE(load_executable(folder.file("main.py")).value());
  EXPECT_TRUE(load_executable(folder.file("lamp")).value());
  EXPECT_FALSE(load_executable(folder.file("nothing")));
}

}  // namespace
}  // namespace signet::board
