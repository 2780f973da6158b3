// Verify: the MAC that binds its answer to this chip, and keys that their parent makes valid.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t external_mac = mode::verify_external | mode::verify_mac;

class EmulatorVerifyMac : public testing::Test {
 protected:
  EmulatorVerifyMac() {
    chip.put(at::chip_options, 0x6002);  // IO protection key in slot 6
    chip.chip.memory.data.set(6, sequence(0x20, 32));
    const auto signature = crypto::sign(key, message);
    data = copy_of(signature);
    Writer{data}.bytes(crypto::public_key_of(key));
  }
  std::string mac(std::uint8_t bits, std::uint16_t param2, Bytes host_nonce) {
    Buffer input = sequence(0x20, 32);
    Writer w{input};
    w.bytes(message).bytes(host_nonce).bytes(Bytes{data}.first(64)).u8(0x45).u8(bits).u16_le(param2);
    return hex(crypto::sha256(input));
  }

  TestChip chip;
  crypto::PrivateKey key = crypto::generate_private_key(chip.random);
  crypto::Digest message = Reader{sequence(0x80, 32)}.block<32>().value();
  Buffer data;
};

TEST_F(EmulatorVerifyMac, CoversTheHostsNonceWhereverTheMessageIs) {
  chip.load_temp_key(message);
  chip.load_digest_buffer(sequence(1, 32));
  EXPECT_EQ(chip.answer(Opcode::verify, external_mac, 4, data), mac(external_mac, 4, sequence(1, 32)));
  EXPECT_FALSE(chip.chip.ram.temp_key.valid) << "used up";

  chip.load_temp_key(sequence(7, 32));
  chip.ask(Opcode::nonce, 0x63, 0, sequence(0x80, 64));
  constexpr std::uint8_t buffered = external_mac | mode::verify_digest_buffer;
  EXPECT_EQ(chip.answer(Opcode::verify, buffered, 4, data), mac(buffered, 4, sequence(0xa0, 32)));
  EXPECT_TRUE(chip.chip.ram.temp_key.valid) << "left alone";

  chip.chip.memory.data.set(15, public_key_slot(crypto::public_key_of(key)));
  constexpr std::uint8_t stored = mode::verify_stored | mode::verify_mac | mode::verify_digest_buffer;
  EXPECT_EQ(chip.answer(Opcode::verify, stored, 15, Bytes{data}.first(64)), mac(stored, 15, sequence(0xa0, 32)));
}

TEST_F(EmulatorVerifyMac, IsNotGivenForABadSignature) {
  chip.ask(Opcode::nonce, 0x63, 0, sequence(0x80, 64));
  ASSERT_EQ(chip.kind(Opcode::verify, external_mac | 0x20, 4, data), "data");
  data[63] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::verify, external_mac | 0x20, 4, data), "01");
}

TEST_F(EmulatorVerifyMac, NeedsTheKeyAndTheNonce) {
  chip.load_digest_buffer(message);
  EXPECT_EQ(chip.kind(Opcode::verify, external_mac | 0x20, 4, data), "0f") << "no nonce behind the message";
  chip.ask(Opcode::nonce, 0x63, 0, sequence(0x80, 64));
  ASSERT_EQ(chip.kind(Opcode::verify, external_mac | 0x20, 4, data), "data");
  chip.put(at::chip_options, 0x6000);
  EXPECT_EQ(chip.kind(Opcode::verify, external_mac | 0x20, 4, data), "0f") << "no IO protection key";
  EXPECT_EQ(chip.answer(Opcode::verify, 0x22, 4, data), "00") << "the status is there without";
  chip.put(at::chip_options, 0x0002);
  EXPECT_EQ(chip.kind(Opcode::verify, external_mac | 0x20, 4, data), "0f") << "slot 0 is a private key";
  chip.put(at::chip_options, 0x6002);
  chip.chip.forget_volatile();
  chip.load_temp_key(message);
  EXPECT_EQ(chip.kind(Opcode::verify, external_mac, 4, data), "0f") << "no digest buffer";
  EXPECT_TRUE(chip.chip.ram.temp_key.valid) << "an error uses nothing up";
}

// Slot 14 holds a key that slot 13's parent must make valid; here slot 2 is the parent's private half.
class EmulatorValidate : public testing::Test {
 protected:
  EmulatorValidate() {
    chip.configure(2, 0x2087, 0x0013);  // signs internally
    chip.configure(14, 0x100d, 0x0032);
    chip.chip.memory.data.set(13, public_key_slot(chip.plant_key(2)));
    chip.chip.memory.data.set(14, public_key_slot(crypto::public_key_of(child)));
    chip.chip.memory.data.slot(14)[0] = 0xa0;
  }
  void digest_of_child() {
    chip.load_temp_key(sequence(3, 32));
    ASSERT_EQ(chip.answer(Opcode::gen_key, mode::gen_key_stored_digest, 14, Buffer(3)), "00");
  }
  // What the parent's chip, of the same serial number, signs: signature, and bytes 33-42, 44-47, 50-54 of the message.
  Buffer signed_by_parent(std::uint8_t bits) {
    digest_of_child();
    Buffer data = chip.ask(Opcode::sign, bits, 2);
    const auto serial = serial_of(chip.chip.config());
    const bool full = (bits & mode::sign_full_serial) != 0;
    Writer w{data};
    w.u8(bits).u16_le(2).u16_le(0x100d).u16_le(0x0032).u8(14 | 1 << 4 | 1 << 6).u16_le(0);
    w.bytes(full ? Bytes{serial}.subspan(4, 4) : Bytes{Block<4>{}});
    w.bytes(full ? Bytes{serial}.subspan(2, 2) : Bytes{Block<2>{}});
    w.u8(1).u8(bits & 1).u8(0);
    return data;
  }
  unsigned validity() { return chip.chip.memory.data.slot(14)[0] >> 4; }

  TestChip chip;
  crypto::PrivateKey child = crypto::generate_private_key(chip.random);
};

TEST_F(EmulatorValidate, WhatTheParentSignedMakesAKeyValidAndInvalid) {
  const auto signature = crypto::sign(child, Reader{sequence(9, 32)}.block<32>().value());
  chip.load_digest_buffer(sequence(9, 32));
  ASSERT_EQ(chip.answer(Opcode::verify, 0x20, 14, signature), "0f") << "not valid yet";
  for (const std::uint8_t serial : Buffer{0, mode::sign_full_serial}) {
    const Buffer validate = signed_by_parent(serial);
    digest_of_child();
    ASSERT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, validate), "00");
    EXPECT_EQ(validity(), 5u);
    EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 14, signature), "00");
    EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, validate), "0f") << "TempKey is used up";

    const Buffer invalidate = signed_by_parent(serial | mode::sign_invalidate);
    digest_of_child();
    ASSERT_EQ(chip.answer(Opcode::verify, mode::verify_invalidate, 14, invalidate), "00");
    EXPECT_EQ(validity(), 0xau);
    EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 14, signature), "0f");
  }
}

TEST_F(EmulatorValidate, AWrongSignatureChangesNothing) {
  const Buffer good = signed_by_parent(0);
  for (const std::size_t byte : {0u, 63u, 64u, 71u, 74u, 78u, 81u, 82u}) {  // signature, and other data
    Buffer harmed = good;
    harmed[byte] ^= byte == 81 ? 2 : 1;  // bit 0 of byte 81 says whether it invalidates
    digest_of_child();
    EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, harmed), "01") << byte;
    EXPECT_FALSE(chip.chip.ram.temp_key.valid) << "used up all the same";
  }
  EXPECT_EQ(validity(), 0xau);
}

TEST_F(EmulatorValidate, AStatementServesOneModeOnly) {
  const Buffer validate = signed_by_parent(0), invalidate = signed_by_parent(1);
  digest_of_child();
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_invalidate, 14, validate), "0f");
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, invalidate), "0f");
  EXPECT_TRUE(chip.chip.ram.temp_key.valid);
}

TEST_F(EmulatorValidate, NeedsTheDigestOfJustThisKey) {
  const Buffer good = signed_by_parent(0);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "no TempKey";
  chip.load_temp_key(sequence(3, 32));
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "a host's value";
  ASSERT_EQ(chip.kind(Opcode::gen_key, mode::gen_key_digest, 2), "data");
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "of key 2";
  chip.load_temp_key(sequence(4, 32));  // another nonce than the parent's
  ASSERT_EQ(chip.answer(Opcode::gen_key, mode::gen_key_stored_digest, 14, Buffer(3)), "00");
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "01");
}

TEST_F(EmulatorValidate, NeedsAKeyWithPubInfoAndAParentThatMayJudge) {
  const Buffer good = signed_by_parent(0);
  digest_of_child();
  chip.configure(14, 0x100d, 0x0030);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "no PubInfo";
  chip.configure(14, 0x100d, 0x0032);
  chip.configure(13, 0x8000, 0x0012);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "the parent is not valid itself";
  chip.configure(13, 0x8000, 0x0090);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "the parent's ReqAuth";
  chip.configure(13, 0x8000, 0x0050);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "the parent's ReqRandom";
  chip.configure(13, 0x8000, 0x0010);
  chip.chip.memory.data.slot(13)[71] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "the parent is off the curve";
  chip.chip.memory.data.slot(13)[71] ^= 1;
  chip.configure(14, 0x1005, 0x0032);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "0f") << "slot 5 is no public key";
  chip.configure(14, 0x100d, 0x0032);
  EXPECT_EQ(chip.answer(Opcode::verify, mode::verify_validate, 14, good), "00");
}

}  // namespace
}  // namespace signet::element::emulator
