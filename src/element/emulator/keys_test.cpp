// GenKey, Sign, Verify(Stored) and ECDH: what a slot's configuration permits.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

crypto::PublicKey key_of(const Buffer& answer) { return Reader{answer}.block<64>().value(); }
crypto::Digest digest_of(const Buffer& bytes) { return Reader{bytes}.block<32>().value(); }

class EmulatorKeys : public testing::Test {
 protected:
  TestChip chip;
  crypto::PrivateKey peer = crypto::generate_private_key(chip.random);
  crypto::PublicKey peer_key = crypto::public_key_of(peer);

  // A public key of our own in slot 15, and a signature with it over sequence(0, 32).
  Buffer store_peer() {
    chip.chip.memory.data.set(15, public_key_slot(peer_key));
    return copy_of(crypto::sign(peer, digest_of(sequence(0, 32))));
  }
};

TEST_F(EmulatorKeys, AreMadeInsideAndSign) {
  const crypto::PublicKey made = key_of(chip.ask(Opcode::gen_key, 0x04, 2));
  EXPECT_EQ(key_of(chip.ask(Opcode::gen_key, 0x00, 2)), made);
  EXPECT_EQ(chip.answer(Opcode::info, 1, 2), "01000000");
  chip.load_temp_key(sequence(0, 32));
  const Buffer signature = chip.ask(Opcode::sign, 0x80, 2);
  ASSERT_EQ(signature.size(), 64u);
  EXPECT_TRUE(crypto::verify(made, digest_of(sequence(0, 32)), key_of(signature)));
  EXPECT_NE(key_of(chip.ask(Opcode::gen_key, 0x04, 2)), made) << "a new key each time";
}

TEST_F(EmulatorKeys, DoOnlyWhatTheirSlotPermits) {
  chip.plant_key(0), chip.plant_key(1), chip.plant_key(3);
  chip.load_digest_buffer(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 0), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 1), "0f") << "slot 1 signs the chip's own messages only";
  EXPECT_EQ(chip.kind(Opcode::ecdh, 0x0c, 0, peer_key), "0f") << "slot 0 signs only";
  EXPECT_EQ(chip.kind(Opcode::ecdh, 0x0c, 3, peer_key), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 2), "0f") << "no key in slot 2";
  EXPECT_EQ(chip.answer(Opcode::info, 1, 2), "00000000");
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 5), "0f") << "slot 5 holds data";
  EXPECT_EQ(chip.kind(Opcode::info, 1, 5), "0f");
  chip.configure(3, 0x2085, 0x0031);  // without PubInfo
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 3), "0f");
}

TEST_F(EmulatorKeys, InternalSignatureNeedsADigestThatTheChipMade) {
  chip.plant_key(1);
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0x00, 1), "0f");
  chip.plant_key(2);
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x08, 2), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0x00, 0), "0f") << "slot 0 does not sign internally";
  EXPECT_EQ(chip.kind(Opcode::sign, 0x40, 1), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0x40, 1), "0f") << "TempKey is used up";
}

TEST_F(EmulatorKeys, RequirementsOfTheKeyAreHeld) {
  chip.plant_key(4);
  chip.load_digest_buffer(sequence(0, 32));
  ASSERT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  chip.configure(4, 0x2085, 0x0033 | 0x0080);  // ReqAuth
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "0f");
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 4), "0f");
  chip.configure(4, 0x2085, 0x0033 | 0x1000);  // PersistentDisable
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "0f");
  chip.chip.latch = true;
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  chip.configure(4, 0x2085, 0x0033 | 0x0040);  // ReqRandom does not stop Sign, but a digest over TempKey from the host
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x08, 4), "0f");
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x08, 4), "data");
}

TEST_F(EmulatorKeys, ALimitedUseIsCountedToItsEnd) {
  chip.plant_key(4);
  chip.configure(4, 0x2085 | 0x20, 0x0033);
  chip.chip.memory.config[at::count_match] = 0x81;  // the match value is in slot 8
  std::ranges::copy(Buffer{2, 0, 0, 0}, chip.chip.memory.data.slot(8).begin());
  chip.load_digest_buffer(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "0f");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "02000000");
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 4), "data") << "GenKey does not count";
}

TEST_F(EmulatorKeys, ADigestOfAStoredKeyIsNoUseThatCounts) {
  store_peer();
  chip.configure(15, 0x0020, 0x0030);  // LimitedUse
  chip.load_temp_key(sequence(0, 32));
  ASSERT_EQ(chip.answer(Opcode::gen_key, mode::gen_key_stored_digest, 15, Buffer(3)), "00");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "00000000");
}

TEST_F(EmulatorKeys, VerifyStoredUsesTheSlot) {
  Buffer signature = store_peer();
  chip.load_digest_buffer(sequence(0, 32));
  ASSERT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "00");
  signature[63] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "01");
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, Buffer(64)), "01") << "R and S of zero";
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, Buffer(64, 0xff)), "01") << "R and S above the order";
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 0, signature), "0f") << "slot 0 is private";
  chip.chip.memory.data.slot(15)[70] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "0f") << "off the curve";
  EXPECT_EQ(chip.answer(Opcode::info, 1, 15), "00000000");
}

TEST_F(EmulatorKeys, VerifyStoredWantsAValidatedKeyAndARandomNonceWhereSaid) {
  const Buffer signature = store_peer();
  chip.configure(15, 0x0000, 0x0032);  // PubInfo
  chip.load_digest_buffer(sequence(0, 32));
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "0f");
  chip.chip.memory.data.slot(15)[0] = 0x50;
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "00");
  EXPECT_EQ(chip.answer(Opcode::info, 1, 15), "01000000");
  chip.configure(15, 0x0000, 0x0070);  // ReqRandom
  EXPECT_EQ(chip.answer(Opcode::verify, 0x20, 15, signature), "0f");
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(chip.answer(Opcode::verify, 0x00, 15, signature), "01") << "allowed, and over another digest";
}

TEST_F(EmulatorKeys, AgreeOnASecret) {
  const crypto::PublicKey inside = chip.plant_key(2);
  const auto shared = crypto::ecdh(peer, inside);
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x0c, 2, peer_key), hex(shared.value().reveal()));
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x00, 2, peer_key), hex(shared.value().reveal())) << "the 508A's form";
  ASSERT_EQ(chip.answer(Opcode::ecdh, 0x08, 2, peer_key), "00");
  EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), hex(shared.value().reveal()));
  crypto::PublicKey off = peer_key;
  off[63] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x0c, 2, off), "0f");
  chip.put(at::chip_options, 0x0100);  // only encrypted output
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x0c, 2, peer_key), "0f");
}

TEST_F(EmulatorKeys, KeepASecretInsideWhereTheSlotSaysSo) {
  const crypto::PublicKey inside = chip.plant_key(4);
  chip.configure(4, 0x208d, 0x0033);  // ReadKey bit 3: the result goes to slot 5
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x0c, 4, peer_key), "0f");
  ASSERT_EQ(chip.answer(Opcode::ecdh, 0x00, 4, peer_key), "00");
  const auto shared = crypto::ecdh(peer, inside);
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(5)}.first(32)), hex(shared.value().reveal()));
  chip.plant_key(2);
  chip.configure(2, 0x208d, 0x0033);  // its result would overwrite the key in slot 3
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x00, 2, peer_key), "0f");
}

// Otherwise it would be a way round WriteConfig: slot 13 is fixed at the data lock.
TEST_F(EmulatorKeys, AnEphemeralKeysSecretGoesOnlyWhereASlotSendsItsOwn) {
  const Buffer before = copy_of(chip.chip.memory.data.slot(13));
  const crypto::PublicKey made = key_of(chip.ask(Opcode::gen_key, 0x04, no_slot));
  for (const unsigned slot : {13u, 12u, 5u, 4u}) {
    EXPECT_EQ(chip.kind(Opcode::ecdh, 0x05, static_cast<std::uint16_t>(slot), peer_key), "0f") << slot;
  }
  EXPECT_EQ(hex(chip.chip.memory.data.slot(13)), hex(before));
  chip.configure(4, 0x208d, 0x0033);  // ReadKey bit 3
  ASSERT_EQ(chip.kind(Opcode::ecdh, 0x05, 4, peer_key), "00");
  const auto shared = crypto::ecdh(peer, made);
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(5)}.first(32)), hex(shared.value().reveal()));
}

TEST_F(EmulatorKeys, ASecretWrittenOverAKeyThatNeedsValidationUnvalidatesIt) {
  chip.plant_key(14);
  chip.configure(14, 0x208d, 0x0033);
  chip.configure(15, 0x0000, 0x0032);  // PubInfo
  ASSERT_EQ(chip.answer(Opcode::ecdh, 0x00, 14, peer_key), "00");
  EXPECT_EQ(chip.chip.memory.data.slot(15)[0] & 0xf0, 0xa0);
}

TEST_F(EmulatorKeys, AnEphemeralKeyServesAgreementAndNothingElse) {
  const crypto::PublicKey made = key_of(chip.ask(Opcode::gen_key, 0x04, no_slot));
  chip.plant_key(4);
  EXPECT_EQ(chip.kind(Opcode::sign, 0x80, 4), "0f") << "it is no message to sign";
  EXPECT_EQ(chip.kind(Opcode::sha, 4, no_slot), "0f") << "nor an HMAC key";
  store_peer();
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x08, 4), "0f") << "nor a nonce for a digest";
  EXPECT_EQ(chip.kind(Opcode::gen_key, mode::gen_key_stored_digest, 15, Buffer(3)), "0f");
  const auto shared = crypto::ecdh(peer, made);
  EXPECT_EQ(chip.answer(Opcode::ecdh, 0x0d, no_slot, peer_key), hex(shared.value().reveal()));
  EXPECT_EQ(chip.kind(Opcode::ecdh, 0x0d, no_slot, peer_key), "data") << "ECDH leaves it";
  ASSERT_EQ(chip.answer(Opcode::ecdh, 0x09, no_slot, peer_key), "00");
  EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), hex(shared.value().reveal()));
  EXPECT_EQ(chip.kind(Opcode::ecdh, 0x0d, no_slot, peer_key), "0f") << "the secret took its place";
}

}  // namespace
}  // namespace signet::element::emulator
