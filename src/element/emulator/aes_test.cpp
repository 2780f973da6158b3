// AES: which keys serve, and when.
#include "crypto/aes.h"

#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

std::string encrypted_with(Bytes key, Bytes plain) {
  return hex(crypto::aes128_encrypt(key.first<16>(), Reader{plain}.block<16>().value()));
}

class EmulatorAes : public testing::Test {
 protected:
  EmulatorAes() { chip.chip.memory.data.set(9, sequence(0x10, 72)); }  // KeyType 6
  static std::uint8_t with_key(std::uint8_t mode, unsigned n) { return static_cast<std::uint8_t>(mode | n << 6); }

  TestChip chip;
  Buffer plain = sequence(0xa0, 16);
};

TEST_F(EmulatorAes, TakesOneOfFourKeysOfASlot) {
  for (const unsigned n : {0u, 1u, 2u, 3u}) {
    const Buffer cipher = chip.ask(Opcode::aes, with_key(mode::aes_encrypt, n), 9, plain);
    EXPECT_EQ(hex(cipher), encrypted_with(sequence(0x10 + 16 * n, 16), plain)) << n;
    EXPECT_EQ(chip.answer(Opcode::aes, with_key(mode::aes_decrypt, n), 9, cipher), hex(plain)) << n;
  }
}

TEST_F(EmulatorAes, TakesOneOfFourKeysOfTempKeyInAnyState) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip other{locks};
    EXPECT_EQ(other.kind(Opcode::aes, 0, no_slot, plain), "0f") << "no TempKey";
    other.load_temp_key(sequence(0x40, 32));
    EXPECT_EQ(other.answer(Opcode::aes, with_key(0, 1), no_slot, plain), encrypted_with(sequence(0x50, 16), plain));
    EXPECT_EQ(other.kind(Opcode::aes, with_key(0, 2), no_slot, plain), "0f") << "TempKey has 32 bytes";
    other.ask(Opcode::nonce, 0x23, 0, sequence(0x40, 64));
    EXPECT_EQ(other.answer(Opcode::aes, with_key(0, 3), no_slot, plain), encrypted_with(sequence(0x70, 16), plain));
    EXPECT_TRUE(other.chip.ram.temp_key.valid) << "and stays";
    EXPECT_EQ(other.kind(Opcode::aes, 0, 9, plain), locks == Locks::both ? "data" : "0f");
  }
}

TEST_F(EmulatorAes, ObeysTheSlotAndTheSwitch) {
  ASSERT_EQ(chip.kind(Opcode::aes, 0, 9, plain), "data");
  EXPECT_EQ(chip.kind(Opcode::aes, 0, 5, plain), "0f") << "KeyType 7";
  EXPECT_EQ(chip.kind(Opcode::aes, 0, 0, plain), "0f") << "a private key";
  chip.configure(9, 0x0080, 0x0038 | 0x0080);
  EXPECT_EQ(chip.kind(Opcode::aes, 0, 9, plain), "0f") << "ReqAuth";
  chip.configure(9, 0x0080 | 0x20, 0x0038);
  EXPECT_EQ(chip.kind(Opcode::aes, 0, 9, plain), "data");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "01000000") << "LimitedUse";
  chip.configure(9, 0x0080, 0x0038);
  chip.chip.memory.config[at::aes_enable] = 0;
  EXPECT_EQ(chip.kind(Opcode::aes, 0, 9, plain), "0f");
  EXPECT_EQ(chip.kind(Opcode::aes, mode::aes_gfm, no_slot, Buffer(32)), "0f");
}

TEST_F(EmulatorAes, LeavesAnEphemeralKeyAndATaintedValueAlone) {
  chip.ask(Opcode::gen_key, 0x04, no_slot);
  EXPECT_EQ(chip.kind(Opcode::aes, 0, no_slot, plain), "0f");
  chip.load_temp_key(sequence(0x40, 32));
  ASSERT_EQ(chip.kind(Opcode::aes, 0, no_slot, plain), "data");
  chip.chip.ram.temp_key.no_mac = true;
  EXPECT_EQ(chip.kind(Opcode::aes, 0, no_slot, plain), "0f");
}

}  // namespace
}  // namespace signet::element::emulator
