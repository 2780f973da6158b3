// ECDH: in which form a shared secret may leave, and what a host makes of it. Key rules are in keys_test.cpp.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t clear = mode::ecdh_to_output;
constexpr std::uint8_t encrypted = mode::ecdh_to_output | mode::ecdh_encrypted;

class EmulatorEcdh : public testing::Test {
 protected:
  EmulatorEcdh() {
    chip.put(at::chip_options, 0x6002);  // IO protection key in slot 6
    chip.chip.memory.data.set(6, sequence(0x20, 32));
  }
  // What the host reads out of an encrypted answer.
  std::string opened(const Buffer& answer) {
    if (answer.size() != 64) return "no encrypted answer";
    Buffer input = sequence(0x20, 32);
    Writer{input}.bytes(Bytes{answer}.subspan(32, 16));
    Buffer plain = copy_of(crypto::sha256(input));
    for (std::size_t i = 0; i < plain.size(); ++i) plain[i] ^= answer[i];
    return hex(plain);
  }

  TestChip chip;
  crypto::PublicKey own = chip.plant_key(2);
  crypto::PrivateKey peer = crypto::generate_private_key(chip.random);
  crypto::PublicKey peer_key = crypto::public_key_of(peer);
  std::string shared = hex(crypto::ecdh(peer, own).value().reveal());
};

TEST_F(EmulatorEcdh, LeavesEncryptedWithAFreshNonce) {
  ASSERT_EQ(chip.answer(Opcode::ecdh, clear, 2, peer_key), shared);
  const Buffer first = chip.ask(Opcode::ecdh, encrypted, 2, peer_key);
  const Buffer second = chip.ask(Opcode::ecdh, mode::ecdh_encrypted, 2, peer_key);  // the 508A's form
  EXPECT_EQ(opened(first), shared);
  EXPECT_EQ(opened(second), shared);
  EXPECT_NE(hex(first), hex(second));
  EXPECT_EQ(hex(first).find(shared), std::string::npos);
}

TEST_F(EmulatorEcdh, OfAnEphemeralKeyLeavesEncryptedToo) {
  const Buffer made = chip.ask(Opcode::gen_key, 0x04, no_slot);
  const auto with_made = crypto::ecdh(peer, Reader{made}.block<64>().value());
  const Buffer answer = chip.ask(Opcode::ecdh, encrypted | mode::ecdh_from_temp_key, no_slot, peer_key);
  EXPECT_EQ(opened(answer), hex(with_made.value().reveal()));
}

TEST_F(EmulatorEcdh, ObeysChipOptions) {
  struct {
    std::uint16_t options;
    const char *clear, *encrypted, *inside;
  } const rows[] = {{0x6002, "data", "data", "00"}, {0x6102, "0f", "data", "00"}, {0x6202, "0f", "0f", "00"},
                    {0x6302, "0f", "0f", "00"},     {0x6000, "data", "0f", "00"}, {0x6c02, "data", "data", "00"}};
  for (const auto& row : rows) {
    chip.put(at::chip_options, row.options);
    EXPECT_EQ(chip.kind(Opcode::ecdh, clear, 2, peer_key), row.clear) << std::hex << row.options;
    EXPECT_EQ(chip.kind(Opcode::ecdh, 0x00, 2, peer_key), row.clear) << std::hex << row.options;
    EXPECT_EQ(chip.kind(Opcode::ecdh, encrypted, 2, peer_key), row.encrypted) << std::hex << row.options;
    EXPECT_EQ(chip.kind(Opcode::ecdh, mode::ecdh_to_temp_key, 2, peer_key), row.inside) << std::hex << row.options;
  }
}

TEST_F(EmulatorEcdh, TheIoProtectionKeyIsUnderTheRulesOfItsSlot) {
  ASSERT_EQ(chip.kind(Opcode::ecdh, encrypted, 2, peer_key), "data");
  chip.configure(6, 0x0090, 0x003c | 0x0080);  // ReqAuth
  EXPECT_EQ(chip.kind(Opcode::ecdh, encrypted, 2, peer_key), "0f");
  chip.configure(6, 0x0090, 0x003c | 0x1000);  // PersistentDisable
  EXPECT_EQ(chip.kind(Opcode::ecdh, encrypted, 2, peer_key), "0f");
}

TEST_F(EmulatorEcdh, GoesIntoASlotWhereWriteCouldPutIt) {
  chip.plant_key(8);  // any even slot before a data slot
  chip.configure(8, 0x2085, 0x0033);
  ASSERT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_to_slot, 8, peer_key), "00");
  EXPECT_NE(hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)), hex(Buffer(32, 0xff)));
  const Memory before = chip.chip.memory;
  chip.configure(9, 0x8080, 0x0038);  // Write may never
  EXPECT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_to_slot, 8, peer_key), "0f");
  chip.configure(8, 0x208d, 0x0033);  // unless ReadKey bit 3 sends it there
  EXPECT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_to_slot, 8, peer_key), "00");
  EXPECT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_to_temp_key, 8, peer_key), "0f") << "and then nowhere else";
  EXPECT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_encrypted, 8, peer_key), "0f");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)), hex(before.data.slot(9).first(32)));
}

// An agreed secret becomes session keys that only the holder of the IO protection key reads.
TEST_F(EmulatorEcdh, FeedsAKeyScheduleThatNeverLeavesInClear) {
  chip.put(at::chip_options, 0x6502);
  ASSERT_EQ(chip.answer(Opcode::ecdh, mode::ecdh_to_temp_key, 2, peer_key), "00");
  Buffer input;
  Writer{input}.u32_le(16u << 24 | 2).bytes(sequence(1, 16));
  EXPECT_EQ(chip.kind(Opcode::kdf, mode::kdf_hkdf | mode::kdf_to_output, 0, input), "0f");
  const Buffer answer = chip.ask(Opcode::kdf, mode::kdf_hkdf | mode::kdf_to_output_encrypted, 0, input);
  EXPECT_EQ(opened(answer), hex(crypto::hmac_sha256(decode_hex(shared).value(), sequence(1, 16))));
}

}  // namespace
}  // namespace signet::element::emulator
