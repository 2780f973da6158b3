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

TEST_F(EmulatorPower, MovesOnceInTheFieldWhenChipModeSaysSo) {
  const auto wakes_at = [&](std::uint8_t address) {
    chip->wake_pulse();
    const auto greeting = chip->read(address, 4);
    chip->end_turn(true);
    return greeting && hex(*greeting) == "04113343";
  };
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask("200101006e00").substr(0, 2), "03") << "no data goes with it";
  ASSERT_EQ(ask("20016e00"), "00");
  chip->end_turn(true);
  EXPECT_TRUE(wakes_at(0x60)) << "byte 85 alone moves nothing";
  ASSERT_TRUE(chip->wake());
  ASSERT_EQ(ask("12000400c0000001"), "00");
  chip->end_turn(true);
  EXPECT_FALSE(wakes_at(0x60));
  EXPECT_TRUE(wakes_at(0x37));
}

TEST_F(EmulatorPower, ZerosWakeItThoughNobodyAcknowledges) {
  for (const char* zeros : {"00", "000000"}) {
    EXPECT_FALSE(write(zeros));
    EXPECT_EQ(read(4), "nack") << "it needs time to wake";
    clock.advance(wake_delay);
    EXPECT_EQ(read(4), "04113343");
    ASSERT_TRUE(write("01"));
  }
  EXPECT_FALSE(chip->write(0x00, {})) << "the general call";
  EXPECT_EQ(read(4), "04113343") << "at once: Adafruit's driver waits 1 ms and asks but once";
  ASSERT_TRUE(write("01"));
  EXPECT_FALSE(chip->write(0x00, Buffer{0})) << "is never acknowledged";
  ASSERT_TRUE(write("02"));
  EXPECT_FALSE(chip->write(0x61, Buffer{0})) << "another chip's address";
  EXPECT_FALSE(write("")) << "no zeros";
  clock.advance(wake_delay);
  EXPECT_EQ(read(4), "nack");
}

TEST_F(EmulatorPower, AnswersAnOverlongCommandWithItsStatus) {
  chip->wake_pulse();
  ASSERT_TRUE(chip->write(0x60, Buffer(0xffff, 0x03)));
  EXPECT_EQ(read(4), "04ff0142");
}

TEST_F(EmulatorPower, TellsWhetherAnAnswerWaits) {
  EXPECT_FALSE(chip->is_answer_waiting());
  chip->wake_pulse();
  EXPECT_TRUE(chip->is_answer_waiting());
  read(3);
  EXPECT_TRUE(chip->is_answer_waiting());
  read(1);
  EXPECT_FALSE(chip->is_answer_waiting());
}

class EmulatorTiming : public EmulatorPower {
 protected:
  EmulatorTiming() { chip->set_timing(Timing::chip); }
  void wake() {
    chip->wake_pulse();
    EXPECT_EQ(read(4), "nack") << "not before tWHI";
    clock.advance(wake_delay);
    EXPECT_EQ(read(4), "04113343");
  }
};

TEST_F(EmulatorTiming, DoesNotAnswerItsAddressWhileItWorks) {
  wake();
  ASSERT_TRUE(write("03071b00000024cd"));  // Random: 23 ms at most
  clock.advance(Micros{11'499});
  EXPECT_FALSE(write("00"));
  EXPECT_EQ(read(35), "nack");
  chip->wake_pulse();
  EXPECT_FALSE(write("02")) << "not even to sleep";
  clock.advance(Micros{1});
  EXPECT_TRUE(write("00"));
  EXPECT_EQ(read(1), "23");
}

TEST_F(EmulatorTiming, IsReadyWhenTheHastiestHostsRead) {
  EXPECT_LE(execution_time_typical(0x02, 0), Millis{1}) << "the kernel's driver, after Read";
  EXPECT_LE(execution_time_typical(0x41, 0), Millis{70}) << "Adafruit's, after Sign";
  EXPECT_LE(execution_time_typical(0x43, 0), Millis{58}) << "the kernel's, after ECDH";
  EXPECT_LE(execution_time_typical(0x47, 0), Millis{9}) << "Arduino's, after SHA";
  EXPECT_EQ(execution_time_typical(0x41, 0x68), Micros{332'500}) << "the slowest clock";
}

TEST_F(EmulatorTiming, TheWatchdogBitesAChipAtWork) {
  wake();
  clock.advance(watchdog - wake_delay - Millis{24});
  ASSERT_TRUE(write("03071b00000024cd"));
  clock.advance(Millis{24});
  EXPECT_EQ(read(4), "nack");
  EXPECT_FALSE(chip->awake_until());
}

TEST_F(EmulatorTiming, ASelfTestAtPowerOnMakesTheWakeLong) {
  chip->wake_pulse();
  ASSERT_EQ(ask("12001600ffff0100"), "00");  // ChipOptions bit 0
  ASSERT_TRUE(chip->sleep());
  chip->wake_pulse();
  clock.advance(wake_delay_self_test - Micros{1});
  EXPECT_EQ(read(4), "nack");
  clock.advance(Micros{1});
  EXPECT_NE(read(4), "nack");
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
