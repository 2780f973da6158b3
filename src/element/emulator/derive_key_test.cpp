// DeriveKey: the forms of WriteConfig, and what is refused.
#include "element/emulator/chip_for_test.h"
#include "element/emulator/formulas.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

// Slot 9 is the target, slot 5 its parent.
class EmulatorDeriveKey : public testing::Test {
 protected:
  EmulatorDeriveKey() {
    chip.configure(5, 0x8080, 0x001c);
    prepare(0x2);
  }
  void prepare(unsigned write_config) {
    chip.configure(9, static_cast<std::uint16_t>(write_config << 12 | 0x0580), 0x003c);
    chip.chip.memory.data.set(5, sequence(0x55, 32));
    chip.chip.memory.data.set(9, sequence(0x99, 72));
    chip.load_temp_key(sequence(0x80, 32));
  }
  std::string derive(Bytes mac = {}, std::uint8_t mode = 4) { return chip.answer(Opcode::derive_key, mode, 9, mac); }
  std::string key() { return hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)); }
  std::string expected(Bytes from) {
    return hex(digest_of(chip.chip.config(), from, head, Block<25>{}, sequence(0x80, 32)));
  }
  Buffer mac(Bytes from) { return copy_of(digest_of(chip.chip.config(), from, head)); }
  void expect_unchanged() {
    EXPECT_EQ(hex(chip.chip.memory.data.slot(9)), hex(sequence(0x99, 72)));
    EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(5)}.first(32)), hex(sequence(0x55, 32)));
  }

  const Head head = {0x1c, 4, 9, 0};
  const Buffer own = sequence(0x99, 32), parent = sequence(0x55, 32);
  TestChip chip;
};

TEST_F(EmulatorDeriveKey, RollsOrCreatesAsWriteConfigSays) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    prepare(bits);
    const bool permitted = (bits & 2) != 0, creates = (bits & 1) != 0, wants_mac = (bits & 8) != 0;
    const Buffer& from = creates ? parent : own;
    EXPECT_EQ(derive(), permitted && !wants_mac ? "00" : "0f") << bits;
    if (!permitted || wants_mac) {
      expect_unchanged();
      EXPECT_TRUE(chip.chip.ram.temp_key.valid) << bits;
      EXPECT_EQ(derive(mac(from)), permitted ? "00" : "0f") << bits;
    }
    EXPECT_EQ(chip.chip.ram.temp_key.valid, !permitted) << bits;
    if (permitted) {
      EXPECT_EQ(key(), expected(from)) << bits;
      EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.subspan(32)), hex(sequence(0x99 + 32, 40))) << bits;
    }
  }
}

TEST_F(EmulatorDeriveKey, AWrongMacCostsTempKeyAndNothingElse) {
  for (const unsigned bits : {0xau, 0xbu}) {
    prepare(bits);
    Buffer wrong = mac(bits == 0xa ? own : parent);
    wrong[31] ^= 1;
    const Memory before = chip.chip.memory;
    EXPECT_EQ(derive(wrong), "0f");
    EXPECT_TRUE(chip.chip.memory == before);
    EXPECT_FALSE(chip.chip.ram.temp_key.valid);
    wrong[31] ^= 1;
    chip.load_temp_key(sequence(0x80, 32));
    EXPECT_EQ(derive(wrong), "00");
  }
}

TEST_F(EmulatorDeriveKey, AMacThatNobodyDemandsIsCheckedAllTheSame) {
  EXPECT_EQ(derive(Buffer(32)), "0f");
  expect_unchanged();
  chip.load_temp_key(sequence(0x80, 32));
  EXPECT_EQ(derive(mac(own)), "00");
}

TEST_F(EmulatorDeriveKey, TakesATempKeyFromWhereTheModeSays) {
  EXPECT_EQ(derive({}, 0), "0f") << "TempKey is the host's";
  EXPECT_TRUE(chip.chip.ram.temp_key.valid);
  expect_unchanged();
  EXPECT_EQ(derive({}, 4), "00");
  EXPECT_EQ(derive({}, 4), "0f") << "TempKey is used up";
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(derive({}, 4), "0f");
  EXPECT_EQ(derive({}, 0), "00");
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x04, no_slot), "data");
  EXPECT_EQ(derive({}, 0), "0f") << "an ephemeral private key is no nonce";
}

TEST_F(EmulatorDeriveKey, WantsBothZonesLocked) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip other{locks};
    other.configure(9, 0x2080, 0x003c);
    other.load_temp_key(sequence(0x80, 32));
    EXPECT_EQ(other.answer(Opcode::derive_key, 4, 9), locks == Locks::both ? "00" : "0f");
  }
}

TEST_F(EmulatorDeriveKey, NeverTouchesAPrivateOrALockedSlot) {
  chip.configure(9, 0x2580, 0x003d);
  EXPECT_EQ(derive(), "0f") << "the target is private";
  prepare(0x3);
  chip.configure(5, 0x8080, 0x001d);
  EXPECT_EQ(derive(), "0f") << "the parent is";
  prepare(0x2);
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 9 << 2, 0), "00");
  EXPECT_EQ(derive(), "0f") << "slot-locked";
  expect_unchanged();
}

TEST_F(EmulatorDeriveKey, AKeyThatDemandsARandomNonceIsMadeFromOne) {
  prepare(0x3);
  chip.configure(9, 0x3580, 0x003c | 0x0040);
  EXPECT_EQ(derive(), "0f");
  expect_unchanged();
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(derive({}, 0), "00");
}

TEST_F(EmulatorDeriveKey, UnvalidatesAPublicKeyThatItOverwrites) {
  chip.configure(9, 0x2080, 0x0032);
  chip.chip.memory.data.slot(9)[0] = 0x50;
  ASSERT_EQ(derive(), "00");
  EXPECT_EQ(chip.chip.memory.data.slot(9)[0] & 0xf0, 0xa0);
}

}  // namespace
}  // namespace signet::element::emulator
