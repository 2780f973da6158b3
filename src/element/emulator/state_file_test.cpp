#include "element/emulator/state_file.h"

#include "element/emulator/chip_for_test.h"
#include "element/emulator/emulator.h"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <thread>

namespace signet::element::emulator {
namespace {

class ChipFile : public testing::Test {
 protected:
  ChipFile() {
    std::string name = testing::TempDir() + "signet-chip-XXXXXX";
    folder = ::mkdtemp(name.data());
    path = folder + "/chip";
  }
  ~ChipFile() override { std::filesystem::remove_all(folder); }

  Result<std::unique_ptr<Emulator>> open() { return Emulator::open(path, clock, random); }

  SystemClock clock;
  crypto::SystemRandom random;
  std::string folder, path;
};

TEST_F(ChipFile, KeepsABlankChipAndFindsItAgain) {
  ConfigZone first;
  {
    const auto chip = open();
    ASSERT_TRUE(chip) << chip.error().what;
    first = chip.value()->config();
    struct stat found;
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u);
  }
  EXPECT_EQ(open().value()->config(), first);
}

TEST_F(ChipFile, RefusesEveryDamageAndLeavesTheFileAsItIs) {
  ASSERT_TRUE(open());
  const Buffer good = read_file(path, 1 << 16).value();
  ASSERT_EQ(good.size(), state_file_bytes);
  ASSERT_TRUE(decode_state(good));
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 13) {
    Buffer harmed = good;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(decode_state(harmed)) << "bit " << bit;
  }
  for (const std::size_t size : {0u, 7u, 11u, 100u, 1451u}) {
    EXPECT_EQ(decode_state(Bytes{good}.first(size)).error().code, Errc::corrupt) << size;
  }
  Buffer longer = good;
  longer.push_back(0);
  for (const Buffer& harmed : {longer, copy_of(Bytes{good}.first(700)), Buffer{}}) {
    ASSERT_TRUE(write_file_atomic(path, harmed, 0600));
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::corrupt);
    EXPECT_NE(refused.error().what.find(path), std::string::npos) << refused.error().what;
    EXPECT_EQ(read_file(path, 1 << 16).value(), harmed);
  }
}

TEST_F(ChipFile, RefusesANewerVersionByItsNumber) {
  ASSERT_TRUE(open());
  Buffer newer = read_file(path, 1 << 16).value();
  newer[11] = state_version + 1;
  ASSERT_TRUE(write_file_atomic(path, newer, 0600));
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            path + ": chip file version 3; this program knows up to 2: use a newer signet-element");
  EXPECT_EQ(read_file(path, 1 << 16).value(), newer);
}

TEST_F(ChipFile, IsHeldByOneProcess) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::conflict);
  EXPECT_EQ(second.error().what, path + ": another process works with this chip");
}

TEST_F(ChipFile, AChipWhoseFileCannotBeWrittenDoesNothing) {
  const auto chip = open();
  ASSERT_TRUE(chip);
  ASSERT_TRUE(chip.value()->wake());
  const Buffer increment = encode({.opcode = 0x24, .param1 = 1});
  ASSERT_TRUE(chip.value()->exchange(increment, Millis{0}));
  std::filesystem::create_directory(path + ".new");  // where the new contents would be written first
  EXPECT_FALSE(chip.value()->exchange(increment, Millis{0}));
  std::filesystem::remove(path + ".new");
  const auto third = chip.value()->exchange(increment, Millis{0});
  ASSERT_TRUE(third);
  EXPECT_EQ(hex(decode_response(third.value()).value()), "02000000") << "the failed one did not count";
}

TEST_F(ChipFile, ReadsAFileOfTheFirstVersion) {
  const TestChip chip;
  const Memory& memory = chip.chip.memory;
  Buffer old;
  Writer{old}.text("SGNTCHIP").u32_be(1).bytes(memory.config).bytes(memory.data.otp).bytes(memory.data.data);
  Writer{old}.bytes(crypto::sha256(old));
  const auto read = decode_state(old);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_TRUE(read.value().memory == memory);
  EXPECT_EQ(read.value().generation, 0u);
  old.push_back(0);
  EXPECT_EQ(decode_state(old).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace signet::element::emulator
