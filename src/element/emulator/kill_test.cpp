// kill -9 at any moment, at every command that changes a chip: what is on the disk afterwards is the chip before or
// after one command, never older than what was answered, and board and chip still fit.
#include "base/port/folder_for_test.h"
#include "element/emulator/chip_for_test.h"
#include "element/emulator/emulator.h"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace signet::element::emulator {
namespace {

struct Step {
  Opcode opcode;
  std::uint8_t param1;
  std::uint16_t param2;
  Buffer data = {};
  bool changes = true;
};

Step pass_through(std::uint8_t more = 0) {
  return {Opcode::nonce, static_cast<std::uint8_t>(mode::nonce_pass_through | more), 0, sequence(1, 32), false};
}

// From a blank chip on. Its slots are configured as TestChip's.
std::vector<Step> life() {
  const std::uint8_t block_of_data = 0x82;
  return {
      {Opcode::write, 0x00, 0x04, {0xc0, 0, 0, 1}},
      {Opcode::update_extra, 0, 7},
      {Opcode::lock, mode::lock_config | mode::lock_without_crc, 0},
      {Opcode::gen_key, mode::gen_key_private, 0},
      {Opcode::gen_key, mode::gen_key_private, 2},
      {Opcode::write, block_of_data, 6 << 3, sequence(60, 32)},
      {Opcode::write, 0x81, 0, sequence(10, 32)},  // OTP
      {Opcode::priv_write, mode::priv_write_clear, 3, sequence(0, 68)},
      {Opcode::counter, 1, 0},
      {Opcode::lock, mode::lock_data | mode::lock_without_crc, 0},
      {Opcode::counter, 1, 1},
      {Opcode::write, 0x02, 8 << 3 | 1, {1, 2, 3, 4}},
      pass_through(mode::nonce_to_digest_buffer),
      {Opcode::sign, mode::sign_external | mode::sign_digest_buffer, 2},  // counts a limited use
      pass_through(),
      {Opcode::derive_key, mode::derive_source_input, 9},
      {Opcode::lock, mode::lock_slot | 8 << 2, 0},
      {Opcode::gen_key, mode::gen_key_private, 4},
      {Opcode::counter, 1, 1},
  };
}

struct Newborn : TestChip {
  Newborn() : TestChip{Locks::none} {
    configure(2, 0x2085 | 0x20, 0x0033);  // limited use
    configure(9, 0x2080, 0x001c);         // DeriveKey may roll it
  }
};

Buffer packet_of(const Step& step) {
  return encode({static_cast<std::uint8_t>(step.opcode), step.param1, step.param2, step.data});
}

// The chip after 0, 1, ... steps. The same seed makes the same keys.
std::vector<Memory> states_of(const Memory& newborn, std::uint64_t seed) {
  crypto::SeededRandom_for_test random{seed};
  Chip chip{newborn, random};
  std::vector<Memory> out{chip.memory};
  for (const Step& step : life()) {
    static_cast<void>(chip.execute(packet_of(step)));
    out.push_back(chip.memory);
  }
  return out;
}

[[noreturn]] void live(const Places& places, std::uint64_t seed, volatile std::uint32_t* answered) {
  SystemClock clock;
  crypto::SeededRandom_for_test random{seed};
  auto chip = Emulator::open(places, clock, random);
  if (!chip || !chip.value()->wake()) ::_exit(1);
  for (const Step& step : life()) {
    if (!chip.value()->exchange(packet_of(step), Millis{0})) ::_exit(2);
    *answered = *answered + 1;
  }
  ::_exit(0);
}

// How far a life of the chip came, from a blank chip to its end or to a kill `after` its `steps`-th answer.
class ChipLife : public testing::Test {
 protected:
  ChipLife() {
    auto* shared = ::mmap(nullptr, sizeof(std::uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ENSURE(shared != MAP_FAILED);
    answered = static_cast<volatile std::uint32_t*>(shared);
  }
  ~ChipLife() override { ::munmap(const_cast<std::uint32_t*>(answered), sizeof(std::uint32_t)); }

  std::uint32_t live_and_die(const Places& places, std::uint64_t seed, std::uint32_t steps, Micros after) {
    *answered = 0;
    const pid_t child = ::fork();
    ENSURE(child >= 0);
    if (child == 0) live(places, seed, answered);
    int how = 0;
    pid_t ended = 0;
    while (*answered < steps && (ended = ::waitpid(child, &how, WNOHANG)) == 0) std::this_thread::yield();
    const Instant moment = clock.monotonic() + after;
    while (clock.monotonic() < moment) std::this_thread::yield();
    if (ended == 0) {
      ::kill(child, SIGKILL);
      ENSURE(::waitpid(child, &how, 0) == child);
    }
    EXPECT_TRUE(WIFSIGNALED(how) || WEXITSTATUS(how) == 0) << "the child ended by itself: " << WEXITSTATUS(how);
    return *answered;
  }

  SystemClock clock;
  Newborn newborn;
  volatile std::uint32_t* answered;
};

TEST_F(ChipLife, ChangesTheChipAtEveryStepThatIsMeantTo) {
  const auto states = states_of(newborn.chip.memory, 1);
  const auto steps = life();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(!(states[i] == states[i + 1]), steps[i].changes) << "step " << i;
  }
}

TEST_F(ChipLife, IsOldOrNewAfterAKillAtAnyMoment) {
  const auto steps = static_cast<std::uint32_t>(life().size());
  crypto::SeededRandom_for_test moments{9};
  for (std::uint32_t at = 0; at < 2 * steps; ++at) {
    Folder_for_test folder;
    const Places places{folder.file("chip"), folder.file("fuses")};
    ASSERT_TRUE(StateFile::open(places.state).value().store({.memory = newborn.chip.memory, .generation = 1}));
    const std::uint32_t done = live_and_die(places, at, at / 2, Micros{moments.block<1>()[0] * 4});

    const auto states = states_of(newborn.chip.memory, at);
    const auto kept = StateFile::open(places.state).value().load();
    ASSERT_TRUE(kept) << kept.error().what;
    const bool is_old = kept.value().memory == states[done];
    const bool is_new = done < steps && kept.value().memory == states[done + 1];
    EXPECT_TRUE(is_old || is_new) << "killed after " << done << " answers: neither the one nor the other";
    crypto::SystemRandom random;
    const auto again = Emulator::open(places, clock, random);
    EXPECT_TRUE(again) << "locked out after " << done << " answers: " << again.error().what;
  }
}

}  // namespace
}  // namespace signet::element::emulator
