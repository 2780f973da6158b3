// Encrypted Read, Write and PrivWrite: a key that GenDig brought into TempKey, and nothing less.
#include "element/emulator/chip_for_test.h"
#include "element/emulator/formulas.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

// Slot 5 is the key; slot 9 is read and written with it, slot 2 is a private key that PrivWrite may replace with it.
class EmulatorEncrypted : public testing::Test {
 protected:
  explicit EmulatorEncrypted(Locks locks = Locks::both) : chip(locks) {
    chip.configure(3, 0x8080, 0x001c);
    chip.configure(5, 0x8080, 0x001c);
    chip.configure(9, 0x45c5, 0x003c);
    chip.configure(2, 0x4585, 0x0033);
    chip.chip.memory.data.set(3, sequence(3, 32));
    chip.chip.memory.data.set(5, sequence(5, 32));
    chip.chip.memory.data.set(9, sequence(9, 72));
  }

  TempKey& temp() { return chip.chip.ram.temp_key; }
  void load_key(unsigned slot = 5, bool random = true) {
    random ? chip.ask(Opcode::nonce, 0, 0, sequence(0, 20)) : (chip.load_temp_key(sequence(0, 32)), Buffer{});
    ASSERT_EQ(chip.answer(Opcode::gen_dig, 2, static_cast<std::uint16_t>(slot)), "00");
  }
  Buffer masked(Buffer bytes) {
    const crypto::Digest more = crypto::sha256(temp().first_half());
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= i < 32 ? temp().bytes[i] : more[i - 32];
    return bytes;
  }
  // Cipher and MAC as the host makes them for what TempKey is now.
  Buffer sealed(Opcode opcode, std::uint8_t param1, std::uint16_t param2, const Buffer& plain) {
    const Head head = head_of({static_cast<std::uint8_t>(opcode), param1, param2});
    const Buffer zeros(opcode == Opcode::priv_write ? 21 : 25);
    Buffer out = masked(plain);
    Writer{out}.bytes(digest_of(chip.chip.config(), temp().first_half(), head, zeros, plain));
    return out;
  }
  std::string write(std::uint16_t address, const Buffer& plain, std::uint8_t zone = 0xc2) {
    return chip.answer(Opcode::write, zone, address, sealed(Opcode::write, zone, address, plain));
  }
  std::string priv_write(unsigned slot, const Buffer& plain) {
    const auto param2 = static_cast<std::uint16_t>(slot);
    return chip.answer(Opcode::priv_write, 0x40, param2, sealed(Opcode::priv_write, 0x40, param2, plain));
  }
  std::string slot(unsigned n) { return hex(chip.chip.memory.data.slot(n)); }

  static Buffer private_key(std::uint8_t last) {
    Buffer out(36);
    out[35] = last;
    return out;
  }

  TestChip chip;
};

class EmulatorEncryptedBeforeDataLock : public EmulatorEncrypted {
 protected:
  EmulatorEncryptedBeforeDataLock() : EmulatorEncrypted(Locks::config) {}
};

TEST_F(EmulatorEncrypted, ReadGivesOneBlockForEachGenDig) {
  for (const unsigned block : {0u, 1u}) {
    load_key();
    const Buffer expected = masked(sequence(9 + 32 * block, 32));
    EXPECT_EQ(chip.answer(Opcode::read, 0x82, static_cast<std::uint16_t>(block << 8 | 9 << 3)), hex(expected));
    EXPECT_FALSE(temp().valid);
    EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f");
  }
  load_key();
  Buffer last = sequence(9 + 64, 8);
  last.resize(32);
  last = masked(last);
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 2 << 8 | 9 << 3), hex(last));
}

TEST_F(EmulatorEncrypted, ReadWantsARandomNonceAndTheReadKey) {
  load_key(3);
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "another key";
  load_key(5, false);
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "the host's nonce";
  load_key();
  EXPECT_EQ(chip.answer(Opcode::read, 0x02, 9 << 3), "0f") << "four bytes";
  ASSERT_EQ(chip.answer(Opcode::gen_dig, 0, 0), "00");
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "GenDig of another zone came after";
  load_key();
  chip.configure(5, 0x8090, 0x001c);  // NoMac
  load_key();
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "a tainted TempKey";
  EXPECT_TRUE(temp().valid) << "which is left alone";
  chip.configure(5, 0x8080, 0x001c);
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  temp().key_id = 5;
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "no GenDig";
}

TEST_F(EmulatorEncrypted, ReadFollowsTheTwoBitsOfSlotConfig) {
  struct {
    std::uint16_t bits;
    const char* with_key;
    const char* without;
  } const rows[] = {{0x4505, "data", "data"}, {0x4585, "0f", "0f"}, {0x4545, "0f", "0f"}, {0x45c5, "data", "0f"}};
  for (const auto& row : rows) {
    chip.configure(9, row.bits, 0x003c);
    chip.chip.forget_volatile();
    EXPECT_EQ(chip.kind(Opcode::read, 0x82, 9 << 3), row.without) << row.bits;
    load_key();
    EXPECT_EQ(chip.kind(Opcode::read, 0x82, 9 << 3), row.with_key) << row.bits;
    chip.configure(9, row.bits, 0x003d);
    load_key();
    EXPECT_EQ(chip.kind(Opcode::read, 0x82, 9 << 3), "0f") << row.bits << ", private";
  }
  chip.configure(9, 0x4505, 0x003c);
  load_key();
  ASSERT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), hex(sequence(9, 32)));
  EXPECT_TRUE(temp().valid) << "a clear read leaves TempKey alone";
}

TEST_F(EmulatorEncrypted, WriteTakesWhatTheKeyMade) {
  load_key();
  ASSERT_EQ(write(9 << 3, sequence(0xc0, 32)), "00");
  EXPECT_EQ(slot(9), hex(sequence(0xc0, 32)) + hex(sequence(9 + 32, 40)));
  EXPECT_FALSE(temp().valid);
  load_key(5, false);
  ASSERT_EQ(write(1 << 8 | 9 << 3, sequence(0x11, 32)), "00") << "the nonce may be the host's";
  load_key();
  ASSERT_EQ(write(2 << 8 | 9 << 3, sequence(0x22, 32)), "00") << "the end of a short block is dropped";
  EXPECT_EQ(slot(9), hex(sequence(0xc0, 32)) + hex(sequence(0x11, 32)) + hex(sequence(0x22, 8)));
}

TEST_F(EmulatorEncrypted, AWriteWithAWrongMacCostsTempKeyAndNothingElse) {
  for (const std::size_t harmed : {0u, 31u, 32u, 63u}) {
    load_key();
    Buffer data = sealed(Opcode::write, 0xc2, 9 << 3, sequence(0xc0, 32));
    data[harmed] ^= 0x80;
    const Memory before = chip.chip.memory;
    EXPECT_EQ(chip.answer(Opcode::write, 0xc2, 9 << 3, data), "0f") << harmed;
    EXPECT_TRUE(chip.chip.memory == before) << harmed;
    EXPECT_FALSE(temp().valid) << harmed;
  }
  load_key();
  const Buffer elsewhere = sealed(Opcode::write, 0xc2, 9 << 3, sequence(0xc0, 32));
  EXPECT_EQ(chip.answer(Opcode::write, 0xc2, 1 << 8 | 9 << 3, elsewhere), "0f") << "the address is under the MAC";
}

TEST_F(EmulatorEncrypted, WriteWantsTheWriteKeyAndASlotThatAsksForIt) {
  const auto refused = [&](const char* why) {
    const Memory before = chip.chip.memory;
    EXPECT_EQ(write(9 << 3, sequence(0xc0, 32)), "0f") << why;
    EXPECT_TRUE(chip.chip.memory == before) << why;
    EXPECT_TRUE(temp().valid) << why << ": no MAC was looked at";
  };
  load_key(3);
  refused("another key");
  load_key();
  for (const unsigned bits : {0u, 1u, 2u, 3u, 8u, 9u, 10u, 11u}) {
    chip.configure(9, static_cast<std::uint16_t>(bits << 12 | 0x05c5), 0x003c);
    refused("a slot that takes no encrypted writes");
  }
  for (const unsigned bits : {4u, 5u, 6u, 7u, 12u, 13u, 14u, 15u}) {
    chip.configure(9, static_cast<std::uint16_t>(bits << 12 | 0x05c5), 0x003c);
    load_key();
    EXPECT_EQ(chip.answer(Opcode::write, 0x82, 9 << 3, sequence(0, 32)), "0f") << bits << ", in clear";
    EXPECT_EQ(chip.answer(Opcode::write, 0x02, 9 << 3, sequence(0, 4)), "0f") << bits << ", in clear";
    EXPECT_EQ(write(9 << 3, sequence(0xc0, 32)), "00") << bits;
  }
  load_key();
  chip.configure(9, 0x45c5, 0x003d);
  refused("private");
  chip.configure(9, 0x45c5, 0x003c);
  chip.configure(5, 0x8090, 0x001c);
  load_key();
  refused("a NoMac key taints");
  chip.configure(5, 0x8080, 0x001c);
  chip.load_temp_key(sequence(0, 32));
  refused("no GenDig");
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 9 << 2, 0), "00");
  load_key();
  refused("slot-locked");
}

TEST_F(EmulatorEncrypted, OtpIsNeverWrittenAfterTheLock) {
  load_key();
  EXPECT_EQ(write(0, sequence(0, 32), 0xc1), "0f");
}

TEST_F(EmulatorEncryptedBeforeDataLock, WriteGoesWhereverAClearOneWould) {
  chip.configure(9, 0x8080, 0x003c);  // never, once locked
  load_key(3);
  EXPECT_EQ(write(9 << 3, sequence(0xc0, 32)), "00");
  EXPECT_EQ(slot(9).substr(0, 64), hex(sequence(0xc0, 32)));
  load_key(3);
  EXPECT_EQ(write(0, sequence(0x70, 32), 0xc1), "00") << "OTP";
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.otp}.first(32)), hex(sequence(0x70, 32)));
  load_key(3);
  EXPECT_EQ(write(2 << 3, sequence(0, 32)), "0f") << "never a private slot";
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(write(9 << 3, sequence(0xc0, 32)), "0f") << "no GenDig";
  EXPECT_EQ(chip.answer(Opcode::read, 0x82, 9 << 3), "0f") << "and nothing is read";
}

TEST_F(EmulatorEncrypted, PrivWriteTakesWhatTheKeyMade) {
  load_key();
  ASSERT_EQ(priv_write(2, private_key(7)), "00");
  EXPECT_EQ(slot(2), hex(private_key(7)));
  EXPECT_FALSE(temp().valid);
  EXPECT_EQ(chip.answer(Opcode::info, 1, 2), "01000000");
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 2), "data");
}

TEST_F(EmulatorEncrypted, PrivWriteAnswersAnEccFaultForAKeyOutOfRange) {
  chip.plant_key(2);
  const std::string before = slot(2);
  const Buffer order = decode_hex("00000000ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
  Buffer largest = order;
  largest[35] -= 1;
  for (const Buffer& bad : {private_key(0), order, Buffer(36, 0xff)}) {
    load_key();
    EXPECT_EQ(priv_write(2, bad), "05");
    EXPECT_EQ(slot(2), before);
    EXPECT_TRUE(temp().valid);
  }
  EXPECT_EQ(priv_write(2, largest), "00");
}

TEST_F(EmulatorEncrypted, PrivWriteRefusesWhatIsNotForIt) {
  Buffer clear = private_key(7);
  clear.resize(68);
  EXPECT_EQ(chip.answer(Opcode::priv_write, 0x00, 2, clear), "0f") << "in clear after the data lock";
  load_key();
  Buffer wrong = sealed(Opcode::priv_write, 0x40, 2, private_key(7));
  wrong[67] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::priv_write, 0x40, 2, wrong), "0f");
  EXPECT_FALSE(temp().valid) << "a wrong MAC";
  load_key(3);
  EXPECT_EQ(priv_write(2, private_key(7)), "0f") << "another key";
  EXPECT_TRUE(temp().valid);
  load_key();
  EXPECT_EQ(priv_write(9, private_key(7)), "0f") << "a data slot";
  EXPECT_EQ(priv_write(0, private_key(7)), "0f") << "WriteConfig bit 14 is clear";
  chip.configure(5, 0x8090, 0x001c);
  load_key();
  EXPECT_EQ(priv_write(2, private_key(7)), "0f") << "a NoMac key";
  chip.configure(5, 0x8080, 0x001c);
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 2 << 2, 0), "00");
  load_key();
  EXPECT_EQ(priv_write(2, private_key(7)), "0f") << "slot-locked";
  EXPECT_EQ(slot(2), std::string(72, 'f'));
}

TEST_F(EmulatorEncryptedBeforeDataLock, PrivWriteTakesAKeyInClear) {
  Buffer data = private_key(7);
  Writer{data}.bytes(sequence(0, 32));  // a MAC that nobody reads
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(chip.answer(Opcode::priv_write, 0x00, 0, data), "00") << "whatever WriteConfig says";
  EXPECT_FALSE(temp().valid) << "PrivWrite uses TempKey up, also without looking at it";
  EXPECT_EQ(slot(0), hex(private_key(7)));
  EXPECT_EQ(chip.answer(Opcode::priv_write, 0x00, 9, data), "0f") << "a data slot";
  data[35] = 0;
  EXPECT_EQ(chip.answer(Opcode::priv_write, 0x00, 0, data), "05");
  load_key();
  EXPECT_EQ(priv_write(0, private_key(8)), "0f") << "encrypted with a key that is not its WriteKey";
  load_key();
  EXPECT_EQ(priv_write(2, private_key(8)), "00");
}

TEST(EmulatorUpdateExtra, ChangesEachByteOnceInAnyState) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip chip{locks};
    EXPECT_EQ(chip.answer(Opcode::update_extra, 0, 0), "00") << "zero over zero";
    EXPECT_EQ(chip.answer(Opcode::update_extra, 0, 0x1234), "00");
    EXPECT_EQ(chip.chip.config()[at::user_extra], 0x34);
    EXPECT_EQ(chip.answer(Opcode::update_extra, 0, 0x35), "0f");
    EXPECT_EQ(chip.answer(Opcode::update_extra, 0, 0), "0f");
    EXPECT_EQ(chip.answer(Opcode::update_extra, 1, 0xc2), "00");
    EXPECT_EQ(chip.answer(Opcode::update_extra, 1, 0xc4), "0f");
    EXPECT_EQ(chip.answer(Opcode::read, 0, 0x15).substr(0, 4), "34c2");
  }
}

}  // namespace
}  // namespace signet::element::emulator
