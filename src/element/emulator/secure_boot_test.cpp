// SecureBoot: which firmware it lets pass, what it keeps, and what is over until the power goes.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t full = mode::secure_boot_full;
constexpr std::uint8_t full_store = mode::secure_boot_full_store;
constexpr std::uint8_t full_copy = mode::secure_boot_full_copy;

class EmulatorSecureBoot : public testing::Test {
 protected:
  EmulatorSecureBoot() {
    configure(3, 7);
    chip.put(at::chip_options, 0x6002);
    chip.chip.memory.data.set(6, sequence(0x20, 32));
    chip.chip.memory.data.set(15, public_key_slot(crypto::public_key_of(key)));
  }
  // With the key in slot 15. `more` is of the low byte: 8 sets the latch, 10 wants a random nonce.
  void configure(unsigned boot_mode, unsigned stored_slot, unsigned more = 0) {
    chip.put(at::secure_boot, static_cast<std::uint16_t>(0xf000 | stored_slot << 8 | boot_mode | more));
  }
  static Buffer digest_of(unsigned firmware) { return copy_of(crypto::sha256(sequence(firmware, 100))); }
  Buffer signature_of(unsigned firmware) {
    return copy_of(crypto::sign(key, Reader{digest_of(firmware)}.block<32>().value()));
  }
  Buffer image(unsigned firmware) {
    Buffer out = digest_of(firmware);
    Writer{out}.bytes(signature_of(firmware));
    return out;
  }
  std::string ask(std::uint8_t mode, Bytes data) { return chip.answer(Opcode::secure_boot, mode, 0, data); }

  TestChip chip;
  crypto::PrivateKey key = crypto::generate_private_key(chip.random);
};

TEST_F(EmulatorSecureBoot, FullJudgesTheSignature) {
  for (const unsigned boot_mode : {1u, 2u, 3u}) {
    configure(boot_mode, 9);
    EXPECT_EQ(ask(full, image(1)), "00") << boot_mode;
    Buffer harmed = image(1);
    harmed[95] ^= 1;
    EXPECT_EQ(ask(full, harmed), "01") << boot_mode;
  }
  configure(0, 9);
  EXPECT_EQ(ask(full, image(1)), "0f") << "SecureBoot is off";
}

TEST_F(EmulatorSecureBoot, KeepsTheDigestAndKnowsItAgain) {
  EXPECT_EQ(ask(full_store, digest_of(1)), "01") << "nothing stored yet";
  ASSERT_EQ(ask(full_copy, image(1)), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(7)}.first(32)), hex(digest_of(1)));
  EXPECT_EQ(ask(full_store, digest_of(1)), "00");
  EXPECT_EQ(ask(full_store, digest_of(2)), "01");
  Buffer harmed = image(2);
  harmed[0] ^= 1;
  EXPECT_EQ(ask(full_copy, harmed), "01");
  EXPECT_EQ(ask(full_store, digest_of(1)), "00") << "a refused image changes nothing";
}

TEST_F(EmulatorSecureBoot, KeepsTheSignatureAndJudgesByIt) {
  configure(2, 9);
  EXPECT_EQ(ask(full_store, digest_of(1)), "01");
  const Buffer firmware = image(1);
  ASSERT_EQ(ask(full_copy, firmware), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.first(64)), hex(Bytes{firmware}.last(64)));
  EXPECT_EQ(ask(full_store, digest_of(1)), "00");
  EXPECT_EQ(ask(full_store, digest_of(2)), "01");
  configure(2, 7);
  EXPECT_EQ(ask(full_copy, image(1)), "0f") << "36 bytes hold no signature";
  EXPECT_EQ(ask(full_store, digest_of(1)), "0f");
  EXPECT_EQ(ask(full, image(1)), "00");
}

TEST_F(EmulatorSecureBoot, FullBothTakesDigestAndSignatureAlways) {
  configure(1, 7);
  EXPECT_EQ(ask(full, image(1)), "00");
  EXPECT_EQ(ask(full_copy, image(1)), "0f");
  EXPECT_EQ(ask(full_store, digest_of(1)), "0f");
}

TEST_F(EmulatorSecureBoot, StoresOnlyWhereItMay) {
  ASSERT_EQ(ask(full_copy, image(1)), "00");
  chip.chip.memory.config[at::slot_locked] &= 0x7f;
  EXPECT_EQ(ask(full_copy, image(2)), "0f") << "the slot is locked";
  EXPECT_EQ(ask(full_store, digest_of(1)), "00");
  chip.plant_key(3);
  configure(3, 3);
  const Memory before = chip.chip.memory;
  EXPECT_EQ(ask(full_copy, image(1)), "0f") << "a private key's slot";
  EXPECT_TRUE(chip.chip.memory == before);
}

TEST_F(EmulatorSecureBoot, NeedsAKeyThatMayJudge) {
  ASSERT_EQ(ask(full, image(1)), "00");
  chip.configure(15, 0x0000, 0x0032);
  EXPECT_EQ(ask(full, image(1)), "0f") << "not validated";
  chip.configure(15, 0x0000, 0x1030);
  EXPECT_EQ(ask(full, image(1)), "0f") << "PersistentDisable";
  chip.configure(15, 0x0000, 0x003c);
  EXPECT_EQ(ask(full, image(1)), "0f") << "no public key";
  chip.configure(15, 0x0000, 0x0030);
  chip.chip.memory.data.slot(15)[70] ^= 1;
  EXPECT_EQ(ask(full, image(1)), "0f") << "off the curve";
}

TEST_F(EmulatorSecureBoot, NeedsBothLocks) {
  for (const Locks locks : {Locks::none, Locks::config}) {
    TestChip open{locks};
    open.chip.memory.config[at::secure_boot] = 0x03;
    open.chip.memory.config[at::secure_boot + 1] = 0xf7;
    EXPECT_EQ(open.answer(Opcode::secure_boot, full, 0, image(1)), "0f");
  }
}

TEST_F(EmulatorSecureBoot, SetsTheLatchWhereConfigured) {
  EXPECT_EQ(ask(full, image(1)), "00");
  EXPECT_FALSE(chip.chip.latch);
  configure(3, 7, 0x08);
  Buffer harmed = image(1);
  harmed[40] ^= 1;
  EXPECT_EQ(ask(full, harmed), "01");
  EXPECT_FALSE(chip.chip.latch);
  EXPECT_EQ(ask(full, image(1)), "00");
  EXPECT_EQ(chip.answer(Opcode::info, mode::info_latch, 0), "01000000");
  chip.chip.forget_volatile();
  EXPECT_EQ(chip.answer(Opcode::info, mode::info_latch, 0), "01000000") << "sleep leaves it";
}

TEST_F(EmulatorSecureBoot, IsOverUntilPowerUpWhenTheHostSaysSo) {
  EXPECT_EQ(ask(full | mode::secure_boot_prohibit, sequence(0, 96)), "01");
  EXPECT_EQ(ask(full, image(1)), "0f") << "whatever the verdict was";
  chip.chip.forget_volatile();
  EXPECT_EQ(ask(full, image(1)), "0f") << "sleep does not help";
  Chip powered_up{chip.chip.memory, chip.random};
  const Buffer answer = powered_up.execute(encode({0x80, full, 0, image(1)}));
  EXPECT_EQ(hex(decode_response(answer).value()), "00");
}

TEST_F(EmulatorSecureBoot, HidesTheDigestAndProvesWhoAnswers) {
  struct {
    unsigned boot_mode;
    std::uint8_t mode;
    bool signature_in_mac;
  } const rows[] = {{1, full, true},        {3, full, true},      {3, full_copy, true},
                    {3, full_store, false}, {2, full_copy, true}, {2, full_store, true}};
  for (const auto& row : rows) {
    configure(row.boot_mode, 9);
    if (row.mode == full_store) {
      ASSERT_EQ(ask(full_copy, image(1)), "00");
    }
    Buffer hidden = row.mode == full_store ? digest_of(1) : image(1);
    const Buffer signature = row.mode == full_store ? copy_of(Bytes{chip.chip.memory.data.slot(9)}.first(64))
                                                    : copy_of(Bytes{hidden}.last(64));
    chip.load_temp_key(sequence(0x33, 32));
    Buffer input = sequence(0x20, 32);
    Writer{input}.bytes(sequence(0x33, 32));
    const crypto::Digest boot_key = crypto::sha256(input);
    for (std::size_t i = 0; i < 32; ++i) hidden[i] ^= boot_key[i];
    const auto mode = static_cast<std::uint8_t>(row.mode | mode::secure_boot_encrypted);
    Buffer expected = copy_of(boot_key);
    Writer w{expected};
    w.bytes(digest_of(1)).bytes(row.signature_in_mac ? Bytes{signature} : Bytes{}).u8(0x80).u8(mode).u16_le(0);
    EXPECT_EQ(ask(mode, hidden), hex(crypto::sha256(expected))) << row.boot_mode << " " << unsigned{row.mode};
    EXPECT_EQ(ask(mode, hidden), "0f") << "TempKey is used up";
  }
}

TEST_F(EmulatorSecureBoot, EncryptedNeedsTheKeyAndANonceAsConfigured) {
  constexpr std::uint8_t mode = full | mode::secure_boot_encrypted;
  EXPECT_EQ(ask(mode, image(1)), "0f") << "no TempKey";
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(ask(mode, image(1)), "01") << "and this is not hidden by it";
  EXPECT_FALSE(chip.chip.ram.temp_key.valid);
  chip.load_temp_key(sequence(0, 32));
  configure(3, 7, 0x10);
  EXPECT_EQ(ask(mode, image(1)), "0f") << "a random nonce is asked for";
  EXPECT_TRUE(chip.chip.ram.temp_key.valid) << "an error uses nothing up";
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(ask(mode, image(1)), "01");
  chip.put(at::chip_options, 0x6000);
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(ask(mode, image(1)), "0f") << "no IO protection key";
  EXPECT_EQ(ask(full, image(1)), "00") << "the clear form has no nonce in it";
  EXPECT_FALSE(chip.chip.ram.temp_key.valid) << "but uses TempKey up";
  chip.ask(Opcode::gen_key, 0x04, no_slot);
  chip.put(at::chip_options, 0x6002);
  EXPECT_EQ(ask(mode, image(1)), "0f") << "an ephemeral key is no nonce";
}

}  // namespace
}  // namespace signet::element::emulator
