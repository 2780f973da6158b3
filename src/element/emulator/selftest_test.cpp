// SelfTest: it really runs, and a chip that failed does nothing else.
#include "element/emulator/selftest.h"

#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

// Gives the same thing again and again.
class StuckRandom final : public crypto::Random {
 public:
  explicit StuckRandom(Buffer pattern) : pattern_(std::move(pattern)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = pattern_[i % pattern_.size()];
  }

 private:
  Buffer pattern_;
};

TEST(EmulatorSelfTest, PassesInEveryState) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip chip{locks};
    for (unsigned mode = 0; mode < 0x40; ++mode) {
      EXPECT_EQ(chip.answer(Opcode::self_test, static_cast<std::uint8_t>(mode), 0), "00") << mode;
    }
  }
}

TEST(EmulatorSelfTest, FindsRandomnessThatIsStuck) {
  crypto::SeededRandom_for_test good{1};
  ASSERT_EQ(run_self_tests(all_self_tests, good), 0);
  for (const Buffer& pattern : {Buffer{0}, Buffer{0xff, 0xff, 0x00, 0x00}, sequence(0, 16), sequence(0, 256)}) {
    StuckRandom stuck{pattern};
    EXPECT_EQ(run_self_tests(all_self_tests, stuck), mode::self_test_rng) << hex(pattern);
    EXPECT_EQ(run_self_tests(all_self_tests & ~mode::self_test_rng, stuck), 0);
  }
}

TEST(EmulatorSelfTest, ToldByTheChipWhenItsOwnRandomnessIsStuck) {
  TestChip good;
  StuckRandom stuck{Buffer{7}};
  Chip chip{good.chip.memory, stuck};
  EXPECT_EQ(hex(chip.execute(encode({.opcode = 0x77, .param1 = 0x3b}))), hex(encode_response(Buffer{0x01})));
}

TEST(EmulatorSelfTest, AFailureStopsAllButTheConfigurationAndTheTest) {
  TestChip chip;
  ASSERT_EQ(chip.kind(Opcode::random, 0, 0), "data");
  chip.chip.plant_self_test_failure_for_test(mode::self_test_aes | mode::self_test_ecdsa);
  EXPECT_EQ(chip.kind(Opcode::random, 0, 0), "data") << "not found yet";
  EXPECT_EQ(chip.answer(Opcode::self_test, mode::self_test_sha, 0), "00") << "not asked for";
  EXPECT_EQ(chip.answer(Opcode::self_test, 0x3b, 0), "14");
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    if (opcode == 0x77 || opcode == 0x02) continue;
    EXPECT_EQ(chip.answer(Opcode{static_cast<std::uint8_t>(opcode)}, 0, 0), "07") << opcode;
  }
  EXPECT_EQ(chip.kind(Opcode::read, 0x80, 0), "data");
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 0x40), "07") << "a slot is not the configuration";
  EXPECT_EQ(chip.answer(Opcode::self_test, 0x40, 0), "03");
  EXPECT_EQ(hex(chip.chip.execute(Buffer(7))), "04ff0142") << "the checksum still comes first";
  EXPECT_EQ(chip.answer(Opcode::self_test, 0, 0), "14") << "the map";
  chip.chip.forget_volatile();
  EXPECT_EQ(chip.answer(Opcode::self_test, 0, 0), "14") << "sleep does not heal";
}

TEST(EmulatorSelfTest, ATestThatPassesClearsItsBit) {
  TestChip chip;
  chip.chip.plant_self_test_failure_for_test(mode::self_test_aes | mode::self_test_sha);
  ASSERT_EQ(chip.answer(Opcode::self_test, 0x3b, 0), "30");
  chip.chip.plant_self_test_failure_for_test(0);
  EXPECT_EQ(chip.answer(Opcode::self_test, mode::self_test_aes, 0), "00");
  EXPECT_EQ(chip.answer(Opcode::self_test, 0, 0), "20");
  EXPECT_EQ(chip.answer(Opcode::random, 0, 0), "07");
  EXPECT_EQ(chip.answer(Opcode::self_test, mode::self_test_sha, 0), "00");
  EXPECT_EQ(chip.kind(Opcode::random, 0, 0), "data");
}

TEST(EmulatorSelfTest, BothBitsForEcdsaAskForIt) {
  TestChip chip;
  chip.chip.plant_self_test_failure_for_test(mode::self_test_ecdsa);
  EXPECT_EQ(chip.answer(Opcode::self_test, 0x02, 0), "04");
  EXPECT_EQ(chip.answer(Opcode::self_test, 0x04, 0), "04");
}

TEST(EmulatorSelfTest, RunsAtPowerOnWhereConfigured) {
  TestChip chip;
  chip.chip.plant_self_test_failure_for_test(mode::self_test_ecdh);
  chip.chip.power_on();
  EXPECT_EQ(chip.answer(Opcode::self_test, 0, 0), "00");
  chip.put(at::chip_options, 0x0001);
  chip.chip.latch = true;
  chip.chip.power_on();
  EXPECT_EQ(chip.answer(Opcode::self_test, 0, 0), "08");
  EXPECT_FALSE(chip.chip.latch) << "the latch does not survive power";
  EXPECT_EQ(chip.answer(Opcode::random, 0, 0), "07");
  chip.chip.plant_self_test_failure_for_test(0);
  chip.chip.power_on();
  EXPECT_EQ(chip.kind(Opcode::random, 0, 0), "data");
}

}  // namespace
}  // namespace signet::element::emulator
