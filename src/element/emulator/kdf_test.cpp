// KDF: sources, targets, and what the configuration forbids. The golden values stand in vectors_test.cpp.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t hkdf_out = mode::kdf_hkdf | mode::kdf_to_output;
constexpr std::uint8_t prf_out = mode::kdf_prf | mode::kdf_to_output;
constexpr std::uint8_t aes_out = mode::kdf_aes | mode::kdf_to_output;
constexpr std::uint32_t from_input = 2;  // HKDF's details: where the message is

class EmulatorKdf : public testing::Test {
 protected:
  EmulatorKdf() { chip.put(at::chip_options, 0x6006); }  // IO protection key in slot 6, AES-KDF

  static Buffer with(std::uint32_t details, Bytes message = {}) {
    Buffer out;
    Writer{out}.u32_le(details).bytes(message);
    return out;
  }
  std::string hkdf(std::uint8_t mode, std::uint16_t param2, std::size_t size = 16) {
    const auto length = static_cast<std::uint32_t>(size) << 24;
    return chip.answer(Opcode::kdf, mode, param2, with(length | from_input, sequence(1, size)));
  }
  static std::string expected(Bytes key, std::size_t size = 16) {
    return hex(crypto::hmac_sha256(key, sequence(1, size)));
  }
  void load_long_temp_key() { chip.ask(Opcode::nonce, 0x23, 0, sequence(0x40, 64)); }

  TestChip chip;
};

TEST_F(EmulatorKdf, TakesItsKeyFromFourPlaces) {
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_temp_key, 0), "0f") << "no TempKey";
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_alternate_key, 0), "0f") << "no AltKeyBuf";
  chip.load_temp_key(sequence(0x40, 32));
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_temp_key, 0), expected(sequence(0x40, 32)));
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_temp_key_upper, 0), "0f") << "32 bytes only";
  load_long_temp_key();
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_temp_key_upper, 0xabcd), expected(sequence(0x60, 32)));
  chip.ask(Opcode::nonce, 0x83, 0, sequence(0x11, 32));
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_alternate_key, 0), expected(sequence(0x11, 32)));
  chip.chip.memory.data.set(5, sequence(0x77, 32));
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_slot, 0xff05), expected(sequence(0x77, 32)));
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_slot, 0x0000), "0f") << "slot 0 is private";
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_slot, 0x0006), "0f") << "slot 6 is NoMac";
  EXPECT_EQ(hkdf(hkdf_out | mode::kdf_from_slot, 0x0010), "03") << "there is no slot 16";
}

TEST_F(EmulatorKdf, PutsItsResultWhereItIsTold) {
  load_long_temp_key();
  ASSERT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_temp_key_upper, 0), "00");
  EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), hex(sequence(0x40, 32)));
  EXPECT_EQ(hex(Bytes{chip.chip.ram.temp_key.bytes}.last(32)), expected(sequence(0x40, 32)));
  ASSERT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_temp_key, 0), "00");
  EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), expected(sequence(0x40, 32)));
  EXPECT_EQ(chip.answer(Opcode::info, 2, 0), "10810000") << "valid, Source 1, no flags";
  chip.load_temp_key(sequence(0x40, 32));
  ASSERT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_alternate_key, 0), "00");
  EXPECT_EQ(hex(chip.chip.ram.alternate_key), expected(sequence(0x40, 32)));
  ASSERT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_slot, 0x09ff), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)), expected(sequence(0x40, 32)));
  EXPECT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_slot, 0x1000), "03") << "there is no slot 16";
  EXPECT_EQ(hkdf(mode::kdf_hkdf | 0x18, 0), "03") << "there is no target 6";
}

TEST_F(EmulatorKdf, IsNoWayRoundWriteConfig) {
  chip.load_temp_key(sequence(0x40, 32));
  ASSERT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_slot, 0x0900), "00");
  const Memory before = chip.chip.memory;
  for (const unsigned slot : {0u, 5u, 13u}) {  // private, never, never
    EXPECT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_slot, static_cast<std::uint16_t>(slot << 8)), "0f") << slot;
  }
  EXPECT_TRUE(chip.chip.memory == before);
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 8 << 2, 0), "00");
  EXPECT_EQ(hkdf(mode::kdf_hkdf | mode::kdf_to_slot, 0x0800), "0f") << "locked";
}

TEST_F(EmulatorKdf, ObeysChipOptions) {
  chip.load_temp_key(sequence(0x40, 32));
  constexpr std::uint8_t encrypted = mode::kdf_hkdf | mode::kdf_to_output_encrypted;
  struct {
    std::uint16_t options;
    const char *clear, *encrypted;
  } const rows[] = {{0x6002, "data", "data"}, {0x6402, "0f", "data"}, {0x6802, "0f", "0f"},
                    {0x6c02, "0f", "0f"},     {0x6000, "data", "0f"}, {0x6302, "data", "data"}};
  for (const auto& row : rows) {
    chip.put(at::chip_options, row.options);
    const Buffer input = with(0x10000002, sequence(1, 16));
    EXPECT_EQ(chip.kind(Opcode::kdf, hkdf_out, 0, input), row.clear) << std::hex << row.options;
    EXPECT_EQ(chip.kind(Opcode::kdf, encrypted, 0, input), row.encrypted) << std::hex << row.options;
  }
}

TEST_F(EmulatorKdf, PrfTakesKeysOfFourLengths) {
  load_long_temp_key();
  for (const std::uint32_t quarter : {0u, 1u, 2u, 3u}) {
    const Buffer key = sequence(0x40, 16 * (quarter + 1));
    const Buffer label = sequence(7, 20);
    Buffer seed = copy_of(crypto::hmac_sha256(key, label));
    Writer{seed}.bytes(label);
    EXPECT_EQ(chip.answer(Opcode::kdf, prf_out, 0, with(20u << 24 | quarter, label)),
              hex(crypto::hmac_sha256(key, seed)))
        << quarter;
  }
  chip.load_temp_key(sequence(0x40, 32));
  EXPECT_EQ(chip.answer(Opcode::kdf, prf_out, 0, with(2)), "0f") << "48 bytes of a TempKey of 32";
  EXPECT_EQ(chip.answer(Opcode::kdf, prf_out | mode::kdf_from_temp_key_upper, 0, with(2)), "03");
  EXPECT_EQ(chip.answer(Opcode::kdf, prf_out | mode::kdf_from_alternate_key, 0, with(2)), "03");
  EXPECT_EQ(chip.answer(Opcode::kdf, prf_out | mode::kdf_from_slot, 5, with(2)), "03") << "a slot of 36";
  EXPECT_EQ(chip.kind(Opcode::kdf, prf_out | mode::kdf_from_slot, 9, with(2)), "data") << "a slot of 72";
  EXPECT_EQ(chip.kind(Opcode::kdf, mode::kdf_prf | mode::kdf_to_alternate_key, 0, with(0x101)), "03");
  EXPECT_EQ(chip.kind(Opcode::kdf, mode::kdf_prf | mode::kdf_to_slot, 0x0500, with(0x101)), "03");
  EXPECT_EQ(chip.kind(Opcode::kdf, prf_out, 0, with(0x201)), "03") << "AEAD modes are not known";
}

TEST_F(EmulatorKdf, AesNeedsBothItsSwitches) {
  chip.load_temp_key(sequence(0x40, 32));
  const Buffer block = with(0, sequence(0, 16));
  ASSERT_EQ(chip.kind(Opcode::kdf, aes_out, 0, block), "data");
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out, 0, with(1, sequence(0, 16))), "data");
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out, 0, with(2, sequence(0, 16))), "0f") << "the third of two keys";
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out, 0, with(0, sequence(0, 15))), "03");
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out | mode::kdf_from_alternate_key, 0, with(2, sequence(0, 16))), "03");
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out | mode::kdf_from_slot, 5, with(2, sequence(0, 16))), "03");
  chip.put(at::chip_options, 0x6002);
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out, 0, block), "0f");
  chip.put(at::chip_options, 0x6006);
  chip.chip.memory.config[at::aes_enable] = 0;
  EXPECT_EQ(chip.kind(Opcode::kdf, aes_out, 0, block), "0f");
}

TEST_F(EmulatorKdf, HkdfTakesItsMessageFromThreePlacesAndAKeyOfZeros) {
  chip.load_temp_key(sequence(0x40, 32));
  chip.chip.memory.data.set(8, sequence(0x55, 64));
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0x08ff, with(64u << 24 | 0)),
            hex(crypto::hmac_sha256(sequence(0x40, 32), sequence(0x55, 64))));
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0x0000, with(32u << 24)), "0f") << "slot 0 is private";
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0x1000, with(0)), "03") << "there is no slot 16";
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0x0500, with(37u << 24)), "03") << "slot 5 has 36 bytes";
  const Block<32> zeros{};
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out | mode::kdf_from_slot, 0xffff, with(32u << 24 | 4 | 1)),
            hex(crypto::hmac_sha256(zeros, sequence(0x40, 32))))
      << "extract: no slot is looked at";
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0, with(33u << 24 | 1)), "0f") << "TempKey has 32 bytes";
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0, with(65u << 24 | 1)), "03");
  EXPECT_EQ(chip.answer(Opcode::kdf, hkdf_out, 0, with(32u << 24 | 1, sequence(0, 1))), "03") << "and no input then";
}

TEST_F(EmulatorKdf, HkdfHoldsTheIvStringInItsPlace) {
  chip.load_temp_key(sequence(0x40, 32));
  chip.chip.memory.config[at::kdf_iv_location] = 9;
  chip.put(at::kdf_iv_string, 0x7669);  // "iv"
  Buffer label = copy_of(bytes_of("tls 13 --iv---"));
  const auto ask = [&] { return chip.kind(Opcode::kdf, hkdf_out, 0, with(14u << 24 | 3, label)); };
  ASSERT_EQ(ask(), "data");
  label[9] = 'j';
  EXPECT_EQ(ask(), "0f");
  label[9] = 'i';
  chip.chip.memory.config[at::kdf_iv_location] = 13;
  EXPECT_EQ(ask(), "0f") << "it would stand past the end";
}

TEST_F(EmulatorKdf, WillNotHaveWhatIsMalformed) {
  chip.load_temp_key(sequence(0x40, 32));
  const Buffer good = with(0x10000002, sequence(1, 16));
  ASSERT_EQ(chip.kind(Opcode::kdf, hkdf_out, 0, good), "data");
  EXPECT_EQ(chip.kind(Opcode::kdf, hkdf_out | 0x80, 0, good), "03");
  EXPECT_EQ(chip.kind(Opcode::kdf, 0x60 | mode::kdf_to_output, 0, good), "03") << "there is no algorithm 3";
  EXPECT_EQ(chip.kind(Opcode::kdf, hkdf_out, 0, with(0x11000002, sequence(1, 16))), "03") << "another length";
  EXPECT_EQ(chip.kind(Opcode::kdf, hkdf_out, 0, with(0x1000000a, sequence(1, 16))), "03") << "an unknown bit";
  EXPECT_EQ(chip.kind(Opcode::kdf, hkdf_out, 0, sequence(0, 3)), "03");
}

TEST_F(EmulatorKdf, LeavesAnEphemeralKeyAndATaintedValueAlone) {
  chip.ask(Opcode::gen_key, 0x04, no_slot);
  EXPECT_EQ(hkdf(hkdf_out, 0), "0f") << "the key is for ECDH alone";
  chip.load_temp_key(sequence(0x40, 32));
  ASSERT_EQ(hkdf(hkdf_out, 0), expected(sequence(0x40, 32)));
  chip.chip.ram.temp_key.no_mac = true;
  EXPECT_EQ(hkdf(hkdf_out, 0), "0f");
}

}  // namespace
}  // namespace signet::element::emulator
