// GenDig, MAC, CheckMac: what each leaves behind, and what a slot's configuration forbids.
#include "element/emulator/chip_for_test.h"
#include "element/emulator/formulas.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

// Slot 3 and 5 hold keys that may be used, 6 one that is NoMac, 9 one with ReqRandom.
class EmulatorMac : public testing::Test {
 protected:
  EmulatorMac() {
    chip.configure(3, 0x8080, 0x001c);
    chip.configure(6, 0x0090, 0x003c);
    chip.configure(9, 0x0080, 0x003c | 0x0040);
    for (const unsigned slot : {3u, 5u, 6u, 9u}) chip.chip.memory.data.set(slot, sequence(slot, 32));
  }

  TempKey& temp() { return chip.chip.ram.temp_key; }
  void random_nonce() { chip.ask(Opcode::nonce, 0, 0, sequence(0, 20)); }
  void input_nonce() { chip.load_temp_key(sequence(0x80, 32)); }
  // The data of a CheckMac in mode 0 or 1 that the chip accepts now.
  Buffer proof(unsigned slot, bool over_temp_key) {
    const Buffer challenge = sequence(0xa0, 32);
    const Bytes key = Bytes{chip.chip.memory.data.slot(slot)}.first(32);
    const Bytes second = over_temp_key ? temp().first_half() : Bytes{challenge};
    Buffer out = challenge;
    Writer{out}.bytes(mac_of(chip.chip.config(), key, second, {})).bytes(Block<13>{});
    return out;
  }
  std::string authorise(unsigned slot) {
    random_nonce();
    return chip.answer(Opcode::check_mac, 1, static_cast<std::uint16_t>(slot), proof(slot, true));
  }
  std::string refused_proof(unsigned slot) {
    random_nonce();
    return chip.answer(Opcode::check_mac, 1, static_cast<std::uint16_t>(slot), Buffer(77));
  }

  TestChip chip;
};

TEST_F(EmulatorMac, GenDigSetsTheFlagsOfItsZone) {
  const auto state_after = [&](std::uint8_t zone, std::uint16_t param2, const Buffer& data = {}) {
    EXPECT_EQ(chip.answer(Opcode::gen_dig, zone, param2, data), "00") << unsigned{zone};
    return chip.answer(Opcode::info, mode::info_state, 0);
  };
  input_nonce();
  EXPECT_EQ(state_after(2, 5), "35810000") << "key 5, from the host, GenDig of a slot";
  EXPECT_EQ(state_after(0, 0), "10810000") << "zone 0 takes both away again";
  EXPECT_EQ(state_after(2, 6), "b6810000") << "slot 6 is NoMac";
  EXPECT_EQ(state_after(2, 5), "b5810000") << "which sticks";
  for (const std::uint8_t zone : Buffer{0, 1, 4, 5}) EXPECT_EQ(state_after(zone, 1), "90810000") << unsigned{zone};
  EXPECT_EQ(state_after(3, 1, sequence(0, 32)), "90810000");
  random_nonce();
  EXPECT_EQ(state_after(2, 5), "25830000") << "a nonce forgets; the source is the RNG now";
  chip.plant_key(4);
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x08, 4), "data");
  EXPECT_EQ(state_after(2, 5), "25830000") << "GenKeyData is gone";
}

TEST_F(EmulatorMac, GenDigNeedsATempKey) {
  for (const std::uint8_t zone : Buffer{0, 1, 2, 4, 5}) {
    EXPECT_EQ(chip.answer(Opcode::gen_dig, zone, 1), "0f") << unsigned{zone};
  }
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 3, 1, sequence(0, 32)), "0f");
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x04, no_slot), "data");
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 5), "0f") << "an ephemeral private key is no nonce";
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 0), "0f") << "slot 0 holds a private key";
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 5), "00");
}

TEST_F(EmulatorMac, GenDigTakesTheHostsFourBytesForANoMacKey) {
  input_nonce();
  ASSERT_EQ(chip.answer(Opcode::gen_dig, 2, 6, Buffer{1, 2, 3, 4}), "00");
  EXPECT_EQ(hex(temp().first_half()),
            hex(digest_of(chip.chip.config(), sequence(6, 32), {1, 2, 3, 4}, Block<25>{}, sequence(0x80, 32))));
  input_nonce();
  ASSERT_EQ(chip.answer(Opcode::gen_dig, 2, 6), "00");
  EXPECT_EQ(hex(temp().first_half()),
            hex(digest_of(chip.chip.config(), sequence(6, 32), {0x15, 2, 6, 0}, Block<25>{}, sequence(0x80, 32))));
}

TEST_F(EmulatorMac, MacTakesWhatItsModeSays) {
  const ConfigZone& config = chip.chip.config();
  const Buffer key = sequence(5, 32), challenge = sequence(0xa0, 32), nonce = sequence(0x80, 32);
  const auto serial = serial_of(config);
  chip.chip.memory.data.otp = Reader{sequence(0x30, 64)}.block<64>().value();
  const Block<8> otp_low = Reader{sequence(0x30, 8)}.block<8>().value();
  const Block<3> otp_high = {0x38, 0x39, 0x3a};
  EXPECT_EQ(chip.answer(Opcode::mac, 0x20, 5, challenge),
            hex(mac_of(config, key, challenge, {.head = {0x08, 0x20, 5, 0}, .otp_low = otp_low})));
  for (const std::uint8_t mode : Buffer{0x10, 0x30}) {
    EXPECT_EQ(
        chip.answer(Opcode::mac, mode, 5, challenge),
        hex(mac_of(config, key, challenge, {.head = {0x08, mode, 5, 0}, .otp_low = otp_low, .otp_high = otp_high})));
  }
  const MacTail with_serial{.head = {0x08, 0x44, 5, 0},
                            .serial_high = Reader{Bytes{serial}.subspan(4)}.block<4>().value(),
                            .serial_low = {serial[2], serial[3]}};
  EXPECT_EQ(chip.answer(Opcode::mac, 0x44, 5, challenge), hex(mac_of(config, key, challenge, with_serial)))
      << "bit 2 says nothing without a TempKey";
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::mac, 0x06, 5, challenge),
            hex(mac_of(config, nonce, challenge, {.head = {0x08, 0x06, 5, 0}})));
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::mac, 0x07, 5), hex(mac_of(config, nonce, nonce, {.head = {0x08, 0x07, 5, 0}})));
}

TEST_F(EmulatorMac, MacUsesTempKeyUpAndAnErrorDoesNot) {
  for (const std::uint8_t mode : Buffer{0x01, 0x03}) {
    input_nonce();
    EXPECT_EQ(chip.answer(Opcode::mac, mode, 5), "0f") << "bit 2 is not TempKey's source";
    EXPECT_TRUE(temp().valid);
    random_nonce();
    EXPECT_EQ(chip.answer(Opcode::mac, mode | 4, 5), "0f");
    EXPECT_EQ(chip.kind(Opcode::mac, mode, 5), "data");
    EXPECT_FALSE(temp().valid);
    EXPECT_EQ(chip.answer(Opcode::mac, mode, 5), "0f") << "no TempKey";
  }
  input_nonce();
  EXPECT_EQ(chip.kind(Opcode::mac, 0, 5, sequence(0, 32)), "data");
  EXPECT_FALSE(temp().valid) << "also without taking part";
}

TEST_F(EmulatorMac, MacRefusesWhatIsNotForIt) {
  const Buffer challenge = sequence(0, 32);
  ASSERT_EQ(chip.kind(Opcode::mac, 0, 5, challenge), "data");
  EXPECT_EQ(chip.answer(Opcode::mac, 0, 6, challenge), "0f") << "a NoMac key";
  EXPECT_EQ(chip.answer(Opcode::mac, 0, 0, challenge), "0f") << "a private key";
  input_nonce();
  ASSERT_EQ(chip.answer(Opcode::gen_dig, 2, 6), "00");
  EXPECT_EQ(chip.answer(Opcode::mac, 0x05, 5), "0f") << "TempKey is tainted";
  EXPECT_EQ(chip.answer(Opcode::mac, 0x06, 5, challenge), "0f");
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x04, no_slot), "data");
  EXPECT_EQ(chip.answer(Opcode::mac, 0x01, 5), "0f") << "an ephemeral private key";
  EXPECT_EQ(chip.answer(Opcode::mac, 0x02, 5, challenge), "0f");
}

TEST_F(EmulatorMac, ReqRandomWantsATempKeyFromTheRngInside) {
  EXPECT_EQ(chip.answer(Opcode::mac, 0, 9, sequence(0, 32)), "0f") << "no TempKey inside";
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 9, proof(9, false)), "0f");
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::mac, 0x05, 9), "0f");
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0x05, 9, proof(9, true)), "0f");
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 9), "0f");
  EXPECT_TRUE(temp().valid);
  random_nonce();
  EXPECT_EQ(chip.answer(Opcode::mac, 0, 9, sequence(0, 32)), "0f") << "one that takes no part does not help";
  EXPECT_EQ(chip.kind(Opcode::mac, 0x01, 9), "data");
  random_nonce();
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0x01, 9, proof(9, true)), "00");
  random_nonce();
  EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 9), "00");
}

TEST_F(EmulatorMac, CheckMacAuthorisesOverTempKeyAndAFailureTakesItAway) {
  const auto state = [&] { return chip.answer(Opcode::info, mode::info_state, 0); };
  ASSERT_EQ(chip.answer(Opcode::check_mac, 0, 5, proof(5, false)), "00");
  EXPECT_EQ(state(), "00010000") << "mode 0 proves, and authorises nothing";
  ASSERT_EQ(authorise(5), "00");
  EXPECT_EQ(state(), "002f0000") << "slot 5";
  ASSERT_EQ(chip.answer(Opcode::check_mac, 0, 5, proof(5, false)), "00");
  EXPECT_EQ(state(), "002f0000") << "which a success elsewhere leaves";
  ASSERT_EQ(refused_proof(3), "01");
  EXPECT_EQ(state(), "00030000");
  ASSERT_EQ(authorise(5), "00");
  ASSERT_EQ(chip.answer(Opcode::check_mac, 0, 5, Buffer(77)), "01");
  EXPECT_EQ(state(), "00030000") << "in any mode";
  ASSERT_EQ(authorise(5), "00");
  EXPECT_EQ(chip.answer(Opcode::check_mac, 1, 5, Buffer(77)), "0f") << "no TempKey: an error changes nothing";
  EXPECT_EQ(state(), "002f0000");
  chip.chip.forget_volatile();
  EXPECT_EQ(state(), "00010000") << "sleep";
}

TEST_F(EmulatorMac, CheckMacUsesTempKeyUp) {
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 5, proof(5, false)), "00");
  EXPECT_FALSE(temp().valid);
  input_nonce();
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0x01, 5, proof(5, true)), "0f") << "bit 2 is not TempKey's source";
  EXPECT_TRUE(temp().valid);
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0x05, 5, Buffer(77)), "01");
  EXPECT_FALSE(temp().valid);
}

TEST_F(EmulatorMac, CheckMacTakesWhatItsModeSays) {
  const ConfigZone& config = chip.chip.config();
  const Buffer other = sequence(0x10, 13), nonce = sequence(0x80, 32), challenge = sequence(0xa0, 32);
  chip.chip.memory.data.otp = Reader{sequence(0x30, 64)}.block<64>().value();
  MacTail tail{.head = {0x10, 0x11, 0x12, 0x13},
               .otp_high = {0x14, 0x15, 0x16},
               .serial_high = {0x17, 0x18, 0x19, 0x1a},
               .serial_low = {0x1b, 0x1c}};
  const auto ask = [&](std::uint8_t mode, Bytes first, Bytes second) {
    input_nonce();
    Buffer data = challenge;
    Writer{data}.bytes(mac_of(config, first, second, tail)).bytes(other);
    return chip.answer(Opcode::check_mac, mode, 5, data);
  };
  EXPECT_EQ(ask(0x00, sequence(5, 32), challenge), "00");
  EXPECT_EQ(ask(0x05, sequence(5, 32), nonce), "00");
  EXPECT_EQ(ask(0x06, nonce, challenge), "00");
  EXPECT_EQ(ask(0x07, nonce, nonce), "00");
  EXPECT_EQ(ask(0x20, sequence(5, 32), challenge), "01");
  tail.otp_low = Reader{sequence(0x30, 8)}.block<8>().value();
  EXPECT_EQ(ask(0x20, sequence(5, 32), challenge), "00");
  EXPECT_EQ(ask(0x00, sequence(5, 32), challenge), "01");
}

TEST_F(EmulatorMac, CheckMacOfTempKeyAloneAuthorisesNobody) {
  input_nonce();
  Buffer data = sequence(0xa0, 32);
  Writer{data}.bytes(mac_of(chip.chip.config(), temp().first_half(), temp().first_half(), {})).bytes(Block<13>{});
  ASSERT_EQ(chip.answer(Opcode::check_mac, 0x07, 5, data), "00");
  EXPECT_FALSE(chip.chip.ram.authorised);
}

TEST_F(EmulatorMac, CheckMacServesNoMacKeysAndNoPrivateOnes) {
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 6, proof(6, false)), "00") << "that is what NoMac keys are for";
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 0, proof(0, false)), "0f");
}

TEST_F(EmulatorMac, CheckMacCopiesTheSlotBehindAnEvenOne) {
  chip.configure(2, 0x8080, 0x001c);
  const auto copied = [&](std::uint8_t mode, unsigned slot) {
    input_nonce();
    EXPECT_EQ(chip.answer(Opcode::check_mac, mode, static_cast<std::uint16_t>(slot), proof(slot, true)), "00");
    return temp().valid;
  };
  ASSERT_TRUE(copied(0x05, 2));
  EXPECT_EQ(hex(temp().first_half()), hex(sequence(3, 32)));
  EXPECT_EQ(chip.answer(Opcode::info, mode::info_state, 0), "10950000") << "from the host, authorised by slot 2";
  EXPECT_FALSE(copied(0x05, 3)) << "an odd slot";
  chip.configure(3, 0x8081, 0x001c);
  EXPECT_FALSE(copied(0x05, 2)) << "ReadKey is not 0";
  chip.configure(3, 0x8080, 0x001d | 0x0010);
  EXPECT_FALSE(copied(0x05, 2)) << "a private key stays where it is";
  chip.configure(3, 0x8080, 0x001c | 0x1000);
  EXPECT_FALSE(copied(0x05, 2)) << "PersistentDisable";
  chip.configure(3, 0x8090, 0x001c);
  ASSERT_TRUE(copied(0x05, 2));
  EXPECT_TRUE(temp().no_mac) << "NoMac goes along";
  chip.configure(3, 0x8080, 0x001c);
  chip.chip.memory.data.otp.fill(0);
  ASSERT_TRUE(copied(0x05, 2));
  EXPECT_FALSE(copied(0x25, 2)) << "modes 1 and 5 alone copy";
}

}  // namespace
}  // namespace signet::element::emulator
