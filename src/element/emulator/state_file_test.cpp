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
  for (const std::size_t size : {0u, 7u, 11u, 100u, 1443u}) {
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
            path + ": chip file version 2; this program knows up to 1: use a newer signet-element");
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

// What a child that is about to be killed has been answered.
struct Answered {
  volatile std::uint32_t count;
  volatile std::uint32_t keys;
};

[[noreturn]] void count_until_killed(const std::string& path, Answered* answered) {
  SystemClock clock;
  crypto::SystemRandom random;
  auto chip = Emulator::open(path, clock, random);
  if (!chip) ::_exit(1);
  for (;;) {
    if (!chip.value()->wake()) ::_exit(2);
    const auto count = chip.value()->exchange(encode({.opcode = 0x24, .param1 = 1, .param2 = 1}), Millis{0});
    if (!count) ::_exit(3);
    answered->count = Reader{decode_response(count.value()).value()}.u32_le().value();
    const auto key = chip.value()->exchange(encode({.opcode = 0x40, .param1 = 4, .param2 = 2}), Millis{0});
    if (!key || key.value().size() != 67) ::_exit(4);
    answered->keys = answered->keys + 1;
    if (!chip.value()->idle()) ::_exit(5);
  }
}

TEST_F(ChipFile, SurvivesKillAtAnyMomentAndNeverCountsBackwards) {
  TestChip personalised;
  ASSERT_TRUE(StateFile::open(path).value().store(personalised.chip.memory));
  auto* answered = static_cast<Answered*>(
      ::mmap(nullptr, sizeof(Answered), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(answered, MAP_FAILED);
  constexpr int rounds = 40;
  crypto::SeededRandom_for_test moments{9};
  for (int round = 0; round < rounds; ++round) {
    const std::uint32_t before = answered->keys;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) count_until_killed(path, answered);
    while (answered->keys == before && ::waitpid(child, nullptr, WNOHANG) == 0) std::this_thread::yield();
    // Then the moment to kill at, 0 to 2 ms later.
    const auto moment = clock.monotonic() + Micros{moments.block<1>()[0] * 8};
    while (clock.monotonic() < moment) std::this_thread::yield();
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int how = 0;
    ASSERT_EQ(::waitpid(child, &how, 0), child);
    ASSERT_TRUE(WIFSIGNALED(how)) << "the child ended by itself: " << WEXITSTATUS(how);

    const auto memory = StateFile::open(path).value().load();
    ASSERT_TRUE(memory) << memory.error().what;
    const std::uint32_t kept = counter_of(memory.value().config, 1);
    EXPECT_GE(kept, answered->count) << "round " << round;
    EXPECT_LE(kept, answered->count + 1) << "round " << round;
  }
  EXPECT_GE(answered->keys, static_cast<std::uint32_t>(rounds));
  ::munmap(answered, sizeof(Answered));
}

}  // namespace
}  // namespace signet::element::emulator
