// Which mistakes are parse errors (03: wrong in any state) and what each command does to volatile state.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

struct Mistake {
  const char* what;
  Opcode opcode;
  std::uint8_t param1;
  std::uint16_t param2;
  std::size_t data_size;
};

const Mistake mistakes[] = {
    {"unknown opcode", Opcode{0x99}, 0, 0, 0},
    {"HMAC of older chips", Opcode{0x11}, 0, 0, 32},
    {"info mode 3", Opcode::info, 3, 0, 0},
    {"info with data", Opcode::info, 0, 0, 1},
    {"info of slot 16", Opcode::info, 1, 16, 0},
    {"latch with unknown bits", Opcode::info, 4, 4, 0},
    {"random mode 2", Opcode::random, 2, 0, 0},
    {"random param2", Opcode::random, 0, 1, 0},
    {"nonce mode 2", Opcode::nonce, 2, 0, 20},
    {"nonce of 19 bytes", Opcode::nonce, 0, 0, 19},
    {"nonce pass-through of 20", Opcode::nonce, 3, 0, 20},
    {"nonce pass-through of 64 without its bit", Opcode::nonce, 3, 0, 64},
    {"nonce 64 bytes to the alternate key", Opcode::nonce, 0xa3, 0, 64},
    {"nonce to target 3", Opcode::nonce, 0xc3, 0, 32},
    {"gen_key unknown bit", Opcode::gen_key, 0x20, 0, 0},
    {"gen_key slot 16", Opcode::gen_key, 0x04, 16, 0},
    {"gen_key with data", Opcode::gen_key, 0x04, 2, 3},
    {"gen_key digest without data", Opcode::gen_key, 0x10, 14, 0},
    {"public key of TempKey", Opcode::gen_key, 0x00, no_slot, 0},
    {"sign slot 16", Opcode::sign, 0xa0, 16, 0},
    {"sign with data", Opcode::sign, 0xa0, 0, 1},
    {"sign unknown bit", Opcode::sign, 0x82, 0, 0},
    {"sign internal from the digest buffer", Opcode::sign, 0x20, 1, 0},
    {"verify mode 4", Opcode::verify, 4, 0, 64},
    {"verify mode 5", Opcode::verify, 5, 4, 64},
    {"verify external of an X.509 certificate", Opcode::verify, 1, 14, 64},
    {"verify unknown bits", Opcode::verify, 0x12, 4, 128},
    {"verify unknown bit 6", Opcode::verify, 0x42, 4, 128},
    {"validate without its other data", Opcode::verify, 3, 14, 64},
    {"validate with 18 bytes of it", Opcode::verify, 3, 14, 82},
    {"validate from the digest buffer", Opcode::verify, 0x23, 14, 83},
    {"validate with a MAC", Opcode::verify, 0x83, 14, 83},
    {"invalidate slot 16", Opcode::verify, 7, 16, 83},
    {"verify external short", Opcode::verify, 2, 4, 127},
    {"verify external other curve", Opcode::verify, 2, 5, 128},
    {"verify stored long", Opcode::verify, 0, 15, 128},
    {"verify stored slot 16", Opcode::verify, 0, 16, 64},
    {"ecdh short", Opcode::ecdh, 0x0c, 2, 63},
    {"ecdh unknown bit", Opcode::ecdh, 0x10, 2, 64},
    {"ecdh unknown bit 7", Opcode::ecdh, 0x8c, 2, 64},
    {"ecdh encrypted into a slot", Opcode::ecdh, 0x06, 4, 64},
    {"ecdh encrypted into TempKey", Opcode::ecdh, 0x0a, 4, 64},
    {"ecdh long", Opcode::ecdh, 0x0c, 2, 65},
    {"ecdh of TempKey into slot ffff", Opcode::ecdh, 0x05, no_slot, 64},
    {"ecdh of TempKey, slot 16", Opcode::ecdh, 0x0d, 16, 64},
    {"ecdh slot 16", Opcode::ecdh, 0x0c, 16, 64},
    {"secure_boot mode 4", Opcode::secure_boot, 0x04, 0, 96},
    {"secure_boot mode 0", Opcode::secure_boot, 0x00, 0, 96},
    {"secure_boot unknown bit", Opcode::secure_boot, 0x0d, 0, 96},
    {"secure_boot param2", Opcode::secure_boot, 0x05, 1, 96},
    {"secure_boot without a signature", Opcode::secure_boot, 0x05, 0, 32},
    {"secure_boot by store with one", Opcode::secure_boot, 0x06, 0, 96},
    {"secure_boot short", Opcode::secure_boot, 0x07, 0, 95},
    {"aes mode 2", Opcode::aes, 2, no_slot, 16},
    {"aes mode 4", Opcode::aes, 4, no_slot, 16},
    {"aes unknown bit", Opcode::aes, 0x08, no_slot, 16},
    {"aes of 15 bytes", Opcode::aes, 0, no_slot, 15},
    {"aes slot 16", Opcode::aes, 0, 16, 16},
    {"aes, third key of a slot of 36", Opcode::aes, 0x80, 5, 16},
    {"gfm of 16 bytes", Opcode::aes, 3, no_slot, 16},
    {"gfm with a key", Opcode::aes, 0x43, no_slot, 32},
    {"self_test bit 6", Opcode::self_test, 0x40, 0, 0},
    {"self_test bit 7", Opcode::self_test, 0xbb, 0, 0},
    {"self_test param2", Opcode::self_test, 0x3b, 1, 0},
    {"self_test with data", Opcode::self_test, 0x3b, 0, 1},
    {"sha end with bit 7 alone", Opcode::sha, 0x85, 0, 0},
    {"sha start with bit 7", Opcode::sha, 0x80, 0, 0},
    {"sha public key of slot 16", Opcode::sha, 3, 16, 0},
    {"sha public key with data", Opcode::sha, 3, 15, 1},
    {"sha hmac of slot 16", Opcode::sha, 4, 16, 0},
    {"sha start with data", Opcode::sha, 0, 0, 1},
    {"sha context of another length", Opcode::sha, 7, 37, 36},
    {"sha end of another length", Opcode::sha, 0xc2, 5, 4},
    {"sha mode bits", Opcode::sha, 0x08, 0, 0},
    {"sha start with a target", Opcode::sha, 0x40, 0, 0},
    {"sha update of 0", Opcode::sha, 1, 0, 0},
    {"sha update of 65", Opcode::sha, 1, 65, 65},
    {"sha update of another length", Opcode::sha, 1, 5, 4},
    {"sha end target 2", Opcode::sha, 0x82, 0, 0},
    {"sha context too short", Opcode::sha, 7, sha_context_bytes_min - 1, sha_context_bytes_min - 1},
    {"sha context too long", Opcode::sha, 7, sha_context_bytes_max + 1, sha_context_bytes_max + 1},
    {"read zone 3", Opcode::read, 3, 0, 0},
    {"read encrypted", Opcode::read, 0x42, 0x40, 0},
    {"read with data", Opcode::read, 0, 0, 4},
    {"read config past the end", Opcode::read, 0x80, 0x20, 0},
    {"read slot 0 past the end", Opcode::read, 0x82, 0x0200, 0},
    {"write of 5 bytes", Opcode::write, 0x02, 0x40, 5},
    {"write 4 bytes as a block", Opcode::write, 0x82, 0x40, 4},
    {"write config encrypted", Opcode::write, 0xc0, 0x08, 64},
    {"write encrypted word", Opcode::write, 0x42, 0x40, 36},
    {"gen_dig zone 6", Opcode::gen_dig, 6, 0, 0},
    {"gen_dig zone with a high bit", Opcode::gen_dig, 0x82, 4, 0},
    {"gen_dig config block 4", Opcode::gen_dig, 0, 4, 0},
    {"gen_dig OTP block 2", Opcode::gen_dig, 1, 2, 0},
    {"gen_dig slot 16", Opcode::gen_dig, 2, 16, 0},
    {"gen_dig counter 2", Opcode::gen_dig, 4, 2, 0},
    {"gen_dig key configuration of slot 16", Opcode::gen_dig, 5, 16, 0},
    {"gen_dig config with data", Opcode::gen_dig, 0, 0, 4},
    {"gen_dig slot with 3 bytes", Opcode::gen_dig, 2, 4, 3},
    {"gen_dig slot with 32 bytes", Opcode::gen_dig, 2, 4, 32},
    {"gen_dig nonce without data", Opcode::gen_dig, 3, 0, 0},
    {"gen_dig nonce of 31 bytes", Opcode::gen_dig, 3, 0, 31},
    {"gen_dig nonce, param2 bit 8", Opcode::gen_dig, 3, 0x0100, 32},
    {"gen_dig counter with data", Opcode::gen_dig, 4, 0, 4},
    {"gen_dig key configuration with data", Opcode::gen_dig, 5, 4, 4},
    {"mac bit 3", Opcode::mac, 0x08, 5, 32},
    {"mac bit 7", Opcode::mac, 0x80, 5, 32},
    {"mac slot 16", Opcode::mac, 0, 16, 32},
    {"mac slot 0x0105", Opcode::mac, 0, 0x0105, 32},
    {"mac without its challenge", Opcode::mac, 0, 5, 0},
    {"mac challenge of 31", Opcode::mac, 0, 5, 31},
    {"mac over TempKey with a challenge", Opcode::mac, 1, 5, 32},
    {"check_mac bit 3", Opcode::check_mac, 0x08, 5, 77},
    {"check_mac bit 4", Opcode::check_mac, 0x10, 5, 77},
    {"check_mac bit 6", Opcode::check_mac, 0x40, 5, 77},
    {"check_mac bit 7", Opcode::check_mac, 0x80, 5, 77},
    {"check_mac slot 16", Opcode::check_mac, 0, 16, 77},
    {"check_mac of 76", Opcode::check_mac, 0, 5, 76},
    {"check_mac of 78", Opcode::check_mac, 0, 5, 78},
    {"check_mac without data", Opcode::check_mac, 1, 5, 0},
    {"derive_key unknown bit", Opcode::derive_key, 0x01, 9, 0},
    {"derive_key bit 3", Opcode::derive_key, 0x08, 9, 0},
    {"derive_key slot 16", Opcode::derive_key, 0, 16, 0},
    {"derive_key MAC of 31", Opcode::derive_key, 0, 9, 31},
    {"derive_key MAC of 33", Opcode::derive_key, 0, 9, 33},
    {"priv_write unknown bit", Opcode::priv_write, 0x01, 0, 68},
    {"priv_write bit 7", Opcode::priv_write, 0xc0, 0, 68},
    {"priv_write slot 16", Opcode::priv_write, 0, 16, 68},
    {"priv_write without the MAC's place", Opcode::priv_write, 0, 0, 36},
    {"priv_write of 69", Opcode::priv_write, 0x40, 0, 69},
    {"update_extra mode 2", Opcode::update_extra, 2, 1, 0},
    {"update_extra with data", Opcode::update_extra, 0, 1, 1},
    {"lock zone 3", Opcode::lock, 0x83, 0, 0},
    {"lock bit 6", Opcode::lock, 0xc0, 0, 0},
    {"lock config with a slot", Opcode::lock, 0x84, 0, 0},
    {"lock with data", Opcode::lock, 0x80, 0, 1},
    {"counter 2", Opcode::counter, 0, 2, 0},
    {"counter mode 2", Opcode::counter, 2, 0, 0},
    {"counter with data", Opcode::counter, 0, 0, 4},
};

TEST(EmulatorCommands, CallWhatIsWrongInAnyStateAParseError) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    for (const Mistake& mistake : mistakes) {
      TestChip chip{locks};
      EXPECT_EQ(chip.answer(mistake.opcode, mistake.param1, mistake.param2, sequence(0, mistake.data_size)), "03")
          << mistake.what;
    }
  }
}

TEST(EmulatorCommands, LookAtTheChecksumFirst) {
  TestChip chip;
  Buffer packet = encode({.opcode = 0x99});
  ASSERT_EQ(hex(chip.chip.execute(packet)), "04038342");
  packet[5] ^= 1;
  EXPECT_EQ(hex(chip.chip.execute(packet)), "04ff0142");
  EXPECT_EQ(hex(chip.chip.execute({})), "04ff0142");
}

TEST(EmulatorCommands, LeaveEverythingAsItWasAfterAnError) {
  TestChip chip;
  chip.load_temp_key(sequence(0, 32));
  chip.configure(2, 0x2085 | 0x20, 0x0033);  // limited use, and no key in the slot
  const Memory before = chip.chip.memory;
  EXPECT_EQ(chip.answer(Opcode::sign, 0x80, 2), "0f");
  EXPECT_TRUE(chip.chip.memory == before) << "no use was counted";
  EXPECT_TRUE(chip.chip.ram.temp_key.valid);
}

TEST(EmulatorTempKey, IsUsedUpByTheCommandsThatUseIt) {
  TestChip chip;
  chip.plant_key(4);
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0x80, 4), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0x80, 4), "0f") << "the digest is gone";
  chip.load_temp_key(sequence(0, 32));
  chip.load_digest_buffer(sequence(1, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data") << "the digest buffer stays";
  EXPECT_TRUE(chip.chip.ram.temp_key.valid) << "and TempKey was left alone";
}

TEST(EmulatorTempKey, TellsWhereItCameFrom) {
  TestChip chip;
  EXPECT_EQ(chip.answer(Opcode::info, 2, 0), "00010000");
  chip.load_temp_key(sequence(0, 32));
  EXPECT_EQ(chip.answer(Opcode::info, 2, 0), "10810000");
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  EXPECT_EQ(chip.answer(Opcode::info, 2, 0), "00830000");
  chip.plant_key(4);
  chip.ask(Opcode::gen_key, 0x08, 4);
  EXPECT_EQ(chip.answer(Opcode::info, 2, 0), "44830000") << "a digest of key 4";
}

TEST(EmulatorCounter, CountsToItsEndAndNoFurther) {
  TestChip chip;
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 1), "00000000");
  EXPECT_EQ(chip.answer(Opcode::counter, 1, 1), "01000000");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "00000000");
  EXPECT_EQ(chip.answer(Opcode::read, 0x00, 0x0f), "7fffffff") << "the encoded form is in bytes 60 to 67";
  std::ranges::copy(encode_counter(counter_max - 1), chip.chip.memory.config.begin() + at::counters);
  EXPECT_EQ(chip.answer(Opcode::counter, 1, 0), "ffff1f00");
  EXPECT_EQ(chip.answer(Opcode::counter, 1, 0), "0f");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "ffff1f00");
}

TEST(EmulatorSha, HashesAndMacs) {
  TestChip chip;
  EXPECT_EQ(chip.answer(Opcode::sha, 1, 3, sequence(0, 3)), "0f") << "no context";
  ASSERT_EQ(chip.answer(Opcode::sha, 0, 0), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, 2, 0), hex(crypto::sha256({})));
  EXPECT_TRUE(chip.chip.ram.temp_key.valid && chip.chip.ram.temp_key.from_input);

  std::ranges::copy(sequence(7, 32), chip.chip.memory.data.slot(9).begin());
  ASSERT_EQ(chip.answer(Opcode::sha, 4, 9), "00");
  ASSERT_EQ(chip.answer(Opcode::sha, 1, 40, sequence(1, 40)), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, 6, 0), "0f") << "an HMAC's context would give its key away";
  Buffer message = sequence(1, 40);
  Writer{message}.bytes(sequence(2, 50));
  EXPECT_EQ(chip.answer(Opcode::sha, 0xc2, 50, sequence(2, 50)), hex(crypto::hmac_sha256(sequence(7, 32), message)));
  EXPECT_EQ(chip.answer(Opcode::sha, 4, 6), "0f") << "slot 6 is NoMac";
  EXPECT_EQ(chip.answer(Opcode::sha, 4, 0), "0f") << "slot 0 is private";
}

// The first block of an HMAC is the key but for a constant.
TEST(EmulatorSha, AContextLeavesNothingOfWhatItTookBehind) {
  alignas(ShaContext) Block<sizeof(ShaContext)> place{};
  const Buffer key = sequence(1, 64);
  auto* context = new (place.data()) ShaContext;
  context->update(key);
  ASSERT_NE(std::search(place.begin(), place.end(), key.begin(), key.end()), place.end());
  context->~ShaContext();
  EXPECT_EQ(std::search(place.begin(), place.end(), key.begin(), key.begin() + 8), place.end());
}

TEST(EmulatorSha, TakesTheShortestAndTheLongestContext) {
  TestChip chip;
  for (const std::size_t size : {sha_context_bytes_min, sha_context_bytes_max}) {
    ShaContext taken;
    taken.update(Buffer(size - sha_context_bytes_min));
    const Buffer context = taken.encode();
    ASSERT_EQ(context.size(), size);
    EXPECT_EQ(chip.answer(Opcode::sha, 7, static_cast<std::uint16_t>(size), context), "00") << size;
  }
}

TEST(EmulatorSha, TakesAnyContextThatFits) {
  for (const std::size_t size : {0u, 1u, 55u, 56u, 63u, 64u, 119u, 120u, 300u}) {
    const Buffer data = sequence(0, size);
    ShaContext whole;
    whole.update(data);
    EXPECT_EQ(whole.finish(), crypto::sha256(data)) << size;
    EXPECT_EQ(ShaContext::decode(whole.encode()).value().finish(), crypto::sha256(data)) << size;
  }
  Buffer context = ShaContext{}.encode();
  ASSERT_TRUE(ShaContext::decode(context));
  context.push_back(0);
  EXPECT_FALSE(ShaContext::decode(context));
}

}  // namespace
}  // namespace signet::element::emulator
