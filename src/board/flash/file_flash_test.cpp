#include "board/flash/file_flash.h"

#include "base/port/folder_for_test.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>

namespace signet::board {
namespace {

class FileFlashTest : public testing::Test {
 protected:
  Buffer at(FileFlash& flash, std::uint32_t where, std::size_t size) {
    Buffer out(size);
    EXPECT_TRUE(flash.read(where, out));
    return out;
  }
  Folder_for_test folder;
  std::string path = folder.file("flash");
};

TEST_F(FileFlashTest, IsErasedWhenNewAndKeepsWhatIsProgrammed) {
  {
    FileFlash flash = FileFlash::open(path).value();
    EXPECT_EQ(at(flash, 0, 4), Buffer(4, 0xff));
    EXPECT_TRUE(flash.program(5000, Buffer{0xf0, 0x12}));
    EXPECT_TRUE(flash.sync());
  }
  FileFlash flash = FileFlash::open(path).value();
  EXPECT_EQ(at(flash, 4999, 4), (Buffer{0xff, 0xf0, 0x12, 0xff}));
  EXPECT_EQ(boot::flash_bytes(flash_map()), std::filesystem::file_size(path));
}

TEST_F(FileFlashTest, BitsFallAndASectorIsErasedWhole) {
  FileFlash flash = FileFlash::open(path).value();
  EXPECT_TRUE(flash.program(4096, Buffer{0xf0}));
  EXPECT_TRUE(flash.program(4096, Buffer{0x3f}));
  EXPECT_EQ(at(flash, 4096, 1), Buffer{0x30});
  EXPECT_TRUE(flash.program(8191, Buffer{0, 0}));
  EXPECT_TRUE(flash.erase(4096));
  EXPECT_EQ(at(flash, 4096, 4097), [] {
    Buffer out(4097, 0xff);
    out.back() = 0;
    return out;
  }());
}

TEST_F(FileFlashTest, WhatItCannotDoIsAnAnswer) {
  FileFlash flash = FileFlash::open(path).value();
  const std::uint32_t end = boot::flash_bytes(flash_map());
  EXPECT_FALSE(flash.erase(100)) << "no sector begins there";
  EXPECT_FALSE(flash.erase(end));
  EXPECT_FALSE(flash.program(end - 1, Buffer{0, 0}));
  Buffer two(2);
  EXPECT_FALSE(flash.read(end - 1, two));
  ASSERT_TRUE(flash.failure());
  std::filesystem::resize_file(path, 4096);  // the disk lost the rest
  EXPECT_FALSE(flash.read(8192, two));
}

TEST_F(FileFlashTest, AFileOfAnotherSizeIsNamedAndLeftAlone) {
  { ASSERT_TRUE(FileFlash::open(path)); }
  std::filesystem::resize_file(path, 4096);
  const auto opened = FileFlash::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_NE(opened.error().what.find(path), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path), 4096u);
}

TEST_F(FileFlashTest, AnImageHasItsPlaceInEveryArea) {
  for (const auto area : {boot::Area::work, boot::Area::park, boot::Area::scratch}) {
    EXPECT_EQ(flash_map().place(area, boot::Part::os).bytes, flash_os_bytes_max);
    EXPECT_EQ(flash_map().place(area, boot::Part::application).bytes, flash_application_bytes_max);
  }
}

TEST_F(FileFlashTest, TheTestsPowerCutEndsTheProcessHalfWayThroughAChange) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    FileFlash flash = FileFlash::open(path).value();
    flash.cut_power_at(2);
    flash.program(4096, Buffer{0, 0});
    flash.program(5000, Buffer{0, 0});
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  FileFlash flash = FileFlash::open(path).value();
  EXPECT_EQ(at(flash, 4096, 2), (Buffer{0, 0}));
  EXPECT_EQ(at(flash, 5000, 2), (Buffer{0, 0xff}));
}

}  // namespace
}  // namespace signet::board
