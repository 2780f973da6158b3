// Power states, watchdog and bus of a chip in memory.
#include "element/emulator/emulator.h"

#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

class EmulatorPower : public testing::Test {
 protected:
  ManualClock clock{Timestamp{Seconds{1'600'000'000}}};
  crypto::SeededRandom_for_test random{7};
  std::unique_ptr<Emulator> chip = Emulator::in_memory(clock, random);

  std::string ask(std::string_view command_hex) {
    Buffer packet = decode_hex(command_hex).value();
    packet.insert(packet.begin(), static_cast<std::uint8_t>(packet.size() + 3));
    Writer{packet}.u16_le(crc16(packet));
    const auto answer = chip->exchange(packet, Millis{0});
    return answer ? hex(decode_response(answer.value()).value()) : answer.error().what;
  }
  bool write(std::string_view bytes_hex) { return chip->write(0x60, decode_hex(bytes_hex).value()); }
  std::string read(std::size_t size) {
    const auto got = chip->read(0x60, size);
    return got ? hex(*got) : "nack";
  }
  const std::string load = "16030000" + hex(sequence(0, 32));  // Nonce pass-through to TempKey
  const std::string state = "30020000";                        // Info state
};

TEST_F(EmulatorPower, IdleKeepsAndSleepDrops) {
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask(load), "00");
  ASSERT_TRUE(chip->idle());
  EXPECT_EQ(ask(state), "the chip is asleep");
  ASSERT_TRUE(chip->wake());
  EXPECT_EQ(ask(state), "10810000");
  ASSERT_TRUE(chip->sleep());
  ASSERT_TRUE(chip->wake());
  EXPECT_EQ(ask(state), "00010000");
}

TEST_F(EmulatorPower, TheWatchdogEndsATurnAndForgets) {
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask(load), "00");
  clock.advance(watchdog - Millis{6});
  EXPECT_EQ(ask(state), "10810000") << "Info needs 5 ms";
  clock.advance(Millis{2});
  EXPECT_EQ(ask(state), "ee") << "too little time is left";
  clock.advance(Millis{4});
  EXPECT_EQ(ask(state), "the chip is asleep");
  EXPECT_FALSE(chip->awake_until());
  ASSERT_TRUE(chip->wake());
  EXPECT_EQ(ask(state), "00010000");
}

TEST_F(EmulatorPower, ChipModeMakesTheWatchdogLong) {
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask("12000400c0000004"), "00");
  ASSERT_TRUE(chip->idle());
  ASSERT_TRUE(chip->wake());
  clock.advance(watchdog + Millis{1});
  EXPECT_EQ(ask(state), "00010000");
}

TEST_F(EmulatorPower, AnswersOnTheBusInBothReadingStyles) {
  EXPECT_FALSE(write("00")) << "asleep";
  EXPECT_EQ(read(4), "nack");
  chip->wake_pulse();
  EXPECT_EQ(read(4), "04113343");
  EXPECT_EQ(read(2), "ffff") << "past the end";
  ASSERT_TRUE(write("030730000000035d"));
  EXPECT_EQ(read(9), "070000600383bbffff");
  ASSERT_TRUE(write("00"));
  EXPECT_EQ(read(1), "07");
  chip->wake_pulse();  // Adafruit's driver wakes between command and answer
  EXPECT_EQ(read(6), "0000600383bb");
  EXPECT_TRUE(write("77")) << "a reserved word address is ignored";
  EXPECT_FALSE(chip->write(0x61, Buffer{0x00})) << "another chip's address";
  ASSERT_TRUE(write("02"));
  EXPECT_FALSE(write("00"));
}

TEST_F(EmulatorPower, AnswersADamagedCommandWithItsStatus) {
  chip->wake_pulse();
  ASSERT_TRUE(write("030730000000035e"));
  EXPECT_EQ(read(4), "04ff0142");
  ASSERT_TRUE(write("03"));
  EXPECT_EQ(read(4), "04ff0142");
}

TEST_F(EmulatorPower, TakesANewAddressAtTheNextWake) {
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask("120004006a000000"), "00");
  ASSERT_TRUE(chip->write(0x60, Buffer{0x02}));
  chip->wake_pulse();
  EXPECT_EQ(read(4), "nack");
  EXPECT_EQ(hex(*chip->read(0x35, 4)), "04113343");
}

TEST_F(EmulatorPower, TwoBlankChipsHaveTwoSerials) {
  const auto other = Emulator::in_memory(clock, random);
  const auto a = serial_of(chip->config()), b = serial_of(other->config());
  EXPECT_NE(a, b);
  EXPECT_EQ(hex(Bytes{a}.first(2)), "0123");
  EXPECT_EQ(a[8], 0x01);
}

}  // namespace
}  // namespace signet::element::emulator
