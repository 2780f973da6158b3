// The golden digests of testdata/atecc608-digest-vectors.json that the present commands make.
#include "base/json.h"
#include "base/port/file.h"
#include "element/emulator/chip_for_test.h"
#include "element/emulator/io_protection.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

class DigestVectors : public testing::Test {
 protected:
  DigestVectors() {
    const Buffer file =
        read_file(SIGNET_SOURCE_DIR "/src/element/emulator/testdata/atecc608-digest-vectors.json", 1 << 20).value();
    vectors_ = object_member(parse_json_object(text_of(file)).value(), "vectors").value();
    const Buffer serial = decode_hex("012311223344556601").value();
    std::copy_n(serial.begin(), 4, chip.chip.memory.config.begin());
    std::copy_n(serial.begin() + 4, 5, chip.chip.memory.config.begin() + at::serial_high);
  }
  std::string vector(std::string_view name) { return string_member(vectors_, name).value(); }
  void put_temp_key(bool from_input) {
    chip.chip.ram.temp_key = {.valid = true, .from_input = from_input};
    std::ranges::copy(sequence(0x80, 32), chip.chip.ram.temp_key.bytes.begin());
  }
  std::string temp_key() { return hex(chip.chip.ram.temp_key.first_half()); }

  TestChip chip;

 private:
  json::object vectors_;
};

TEST_F(DigestVectors, NonceMixesBothSides) {
  for (const std::uint8_t mode : Buffer{0, 1}) {
    chip.random.stage(sequence(0x20, 32));
    EXPECT_EQ(chip.answer(Opcode::nonce, mode, 0, sequence(0, 20)), hex(sequence(0x20, 32)));
    EXPECT_EQ(temp_key(), vector(mode == 0 ? "nonce_rand_m00" : "nonce_rand_m01"));
    EXPECT_FALSE(chip.chip.ram.temp_key.from_input);
  }
  chip.random.stage(sequence(0x20, 32));
  EXPECT_EQ(chip.answer(Opcode::nonce, 0, 0x8000, sequence(0, 20)), vector("nonce_rand_m00"));
}

TEST_F(DigestVectors, GenDigTakesInEveryZone) {
  chip.configure(4, 0x8080, 0x001c);
  chip.configure(6, 0x8f9f, 0x001c);
  chip.chip.memory.data.set(4, sequence(0x40, 32));
  const auto digest = [&](std::uint8_t zone, std::uint16_t param2, const Buffer& data = {}) {
    chip.load_temp_key(sequence(0x80, 32));
    EXPECT_EQ(chip.answer(Opcode::gen_dig, zone, param2, data), "00") << unsigned{zone};
    return temp_key();
  };
  EXPECT_EQ(digest(2, 4), vector("gendig_data_4"));
  EXPECT_EQ(digest(2, 4, sequence(1, 4)), vector("gendig_data_4")) << "OtherData counts for NoMac keys alone";
  EXPECT_EQ(digest(3, 0x0005, sequence(0xc0, 32)), vector("gendig_shared_0005"));
  EXPECT_EQ(digest(3, 0x8005, sequence(0xc0, 32)), vector("gendig_shared_8005"));
  EXPECT_EQ(digest(5, 6), vector("gendig_keyconfig_6"));
  std::ranges::copy(encode_counter(0x00010203), chip.chip.memory.config.begin() + at::counters + 8);
  EXPECT_EQ(digest(4, 1), vector("gendig_counter_1"));
}

TEST_F(DigestVectors, GenDigTakesInABlock) {
  // Block 1 of the zone is the vector's slot value.
  chip.load_temp_key(sequence(0x80, 32));
  std::ranges::copy(sequence(0x40, 32), chip.chip.memory.config.begin() + 32);
  ASSERT_EQ(chip.answer(Opcode::gen_dig, 0, 1), "00");
  EXPECT_EQ(temp_key(), vector("gendig_config_1"));
}

TEST_F(DigestVectors, MacProvesAKey) {
  chip.configure(3, 0x8080, 0x001c);
  chip.chip.memory.data.set(3, sequence(0x40, 32));
  EXPECT_EQ(chip.answer(Opcode::mac, 0x00, 3, sequence(0xa0, 32)), vector("mac_m00_k3"));
  put_temp_key(false);
  EXPECT_EQ(chip.answer(Opcode::mac, 0x41, 3), vector("mac_m41_k3"));
}

TEST_F(DigestVectors, CheckMacAcceptsTheProof) {
  chip.configure(3, 0x8080, 0x001c);
  chip.chip.memory.data.set(3, sequence(0x40, 32));
  Buffer data = sequence(0xa0, 32);
  Writer{data}.bytes(decode_hex(vector("checkmac_m00")).value()).bytes(sequence(0x10, 13));
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 3, data), "00");
  data[32] ^= 1;
  EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 3, data), "01");
}

TEST_F(DigestVectors, WriteTakesCipherAndMac) {
  chip.configure(1, 0x4480, 0x001c);
  put_temp_key(true);
  chip.chip.ram.temp_key.gen_dig = true;
  chip.chip.ram.temp_key.key_id = 4;
  Buffer data = decode_hex(vector("write_enc_slot1")).value();
  Writer{data}.bytes(decode_hex(vector("write_mac_slot1")).value());
  ASSERT_EQ(chip.answer(Opcode::write, 0xc2, 0x0008, data), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(1)}.first(32)), hex(sequence(0xc0, 32)));
}

TEST_F(DigestVectors, DeriveKeyMakesANewKey) {
  chip.configure(9, 0x2080, 0x003c);  // rolls its own key
  chip.chip.memory.data.set(9, sequence(0x40, 32));
  put_temp_key(false);
  ASSERT_EQ(chip.answer(Opcode::derive_key, 0, 9), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)), vector("derivekey_m00_k9"));

  chip.configure(9, 0xa080, 0x003c);  // and wants a MAC
  chip.chip.memory.data.set(9, sequence(0x40, 32));
  put_temp_key(false);
  ASSERT_EQ(chip.answer(Opcode::derive_key, 0, 9, decode_hex(vector("derivekey_mac_m00_k9")).value()), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(9)}.first(32)), vector("derivekey_m00_k9"));
}

TEST_F(DigestVectors, PrivWriteTakesCipherAndMac) {
  chip.configure(7, 0x4485, 0x0013);
  put_temp_key(true);
  chip.chip.ram.temp_key.gen_dig = true;
  chip.chip.ram.temp_key.key_id = 4;
  Buffer data = decode_hex(vector("privwrite_enc_k7")).value();
  Writer{data}.bytes(decode_hex(vector("privwrite_mac_k7")).value());
  ASSERT_EQ(chip.answer(Opcode::priv_write, 0x40, 7, data), "00");
  EXPECT_EQ(hex(Bytes{chip.chip.memory.data.slot(7)}.subspan(4)), hex(sequence(0xc4, 32)));
}

TEST_F(DigestVectors, GenKeyDigestsAPublicKey) {
  Block<64> key;
  std::ranges::copy(sequence(0x40, 64), key.begin());
  chip.chip.memory.data.set(14, public_key_slot(key));
  chip.load_temp_key(sequence(0x80, 32));
  ASSERT_EQ(chip.answer(Opcode::gen_key, mode::gen_key_stored_digest, 14, sequence(0x51, 3)), "00");
  EXPECT_EQ(temp_key(), vector("genkey_pubdigest_m10_k14"));
  EXPECT_EQ(chip.chip.ram.temp_key.key_id, 14u);
  EXPECT_TRUE(chip.chip.ram.temp_key.gen_key);

  // The digest of mode 08 for key 2 has the mode and param2 where mode 10 has the host's three bytes.
  chip.load_temp_key(sequence(0x80, 32));
  ASSERT_EQ(chip.answer(Opcode::gen_key, mode::gen_key_stored_digest, 14, Buffer{0x08, 0x02, 0x00}), "00");
  EXPECT_EQ(temp_key(), vector("genkey_digest_m08_k2"));
}

TEST_F(DigestVectors, SignInternalIsOverTheWholeState) {
  const crypto::PublicKey key = chip.plant_key(2);
  chip.configure(2, 0x2087, 0x0013);
  chip.configure(14, 0x2087, 0x0013);
  chip.chip.ram.temp_key = {.valid = true, .gen_key = true, .key_id = 14};
  std::ranges::copy(sequence(0x80, 32), chip.chip.ram.temp_key.bytes.begin());
  const Buffer signature = chip.ask(Opcode::sign, mode::sign_full_serial, 2);
  ASSERT_EQ(signature.size(), 64u);
  const Buffer digest = decode_hex(vector("signint_digest")).value();
  EXPECT_EQ(hex(crypto::sha256(decode_hex(vector("signint_message")).value())), vector("signint_digest"));
  EXPECT_TRUE(crypto::verify(key, Reader{digest}.block<32>().value(), Reader{signature}.block<64>().value()));
  EXPECT_FALSE(chip.chip.ram.temp_key.valid) << "an internal signature uses TempKey up";
}

TEST_F(DigestVectors, ShaGivesItsContextAway) {
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_start, 0), "00");
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_update, 64, sequence(0, 64)), "00");
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_update, 6, sequence(64, 6)), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_read_context, 0), vector("sha_context_after_70_bytes"));
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_end, 30, sequence(70, 30)), vector("sha256_of_100_bytes"));

  const Buffer context = decode_hex(vector("sha_context_after_70_bytes")).value();
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_write_context, 42, context), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_end | mode::sha_output_only, 30, sequence(70, 30)),
            vector("sha256_of_100_bytes"));
}

// details: algorithm's bits, and the length of the message in the highest byte.
Buffer kdf_input(std::uint32_t details, Bytes message) {
  Buffer out;
  Writer{out}.u32_le(details).bytes(message);
  return out;
}

TEST_F(DigestVectors, KdfDerivesFromTempKey) {
  chip.put(at::chip_options, 0x0004);
  chip.load_temp_key(sequence(0x80, 32));
  const Buffer message = sequence(0xc0, 16);
  const auto derive = [&](std::uint8_t algorithm, std::uint32_t details) {
    const auto mode = static_cast<std::uint8_t>(algorithm | mode::kdf_to_output);
    return chip.answer(Opcode::kdf, mode, 0, kdf_input(details, message));
  };
  EXPECT_EQ(derive(mode::kdf_prf, 0x10000001), vector("kdf_prf_32"));
  EXPECT_EQ(derive(mode::kdf_prf, 0x10000101), vector("kdf_prf_64"));
  EXPECT_EQ(derive(mode::kdf_hkdf, 0x10000002), vector("kdf_hkdf"));
  EXPECT_EQ(derive(mode::kdf_aes, 0), vector("kdf_aes"));
  EXPECT_EQ(temp_key(), hex(sequence(0x80, 32))) << "KDF leaves TempKey";
}

TEST_F(DigestVectors, KdfEncryptsItsOutputWithTheIoProtectionKey) {
  chip.put(at::chip_options, 0x6802);  // key in slot 6, clear output forbidden
  chip.chip.memory.data.set(6, sequence(0x20, 32));
  chip.load_temp_key(sequence(0x80, 32));
  const Buffer input = kdf_input(0x10000101, sequence(0xc0, 16));
  EXPECT_EQ(chip.answer(Opcode::kdf, mode::kdf_prf | mode::kdf_to_output, 0, input), "0f");
  chip.put(at::chip_options, 0x6402);
  EXPECT_EQ(chip.answer(Opcode::kdf, mode::kdf_prf | mode::kdf_to_output, 0, input), "0f");
  chip.random.stage(sequence(0xc0, 32));
  const Buffer answer = chip.ask(Opcode::kdf, mode::kdf_prf | mode::kdf_to_output_encrypted, 0, input);
  ASSERT_EQ(answer.size(), 96u);
  Buffer plain = decode_hex(vector("io_keystream_64")).value();
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] ^= answer[i];
  EXPECT_EQ(hex(plain), vector("kdf_prf_64"));
  EXPECT_EQ(hex(Bytes{answer}.last(32)), hex(sequence(0xc0, 32)));
}

// Its signature is none: no chip would give this MAC, so the formula is asked.
TEST_F(DigestVectors, VerifyAnswersWithAMac) {
  const crypto::Secret<32> key{Bytes{sequence(0x20, 32)}.first<32>()};
  const Buffer buffer = sequence(0x80, 64), signature = sequence(0x40, 64);
  const Command command{static_cast<std::uint8_t>(Opcode::verify), 0xa2, verify_key_p256, signature};
  const auto message = Reader{buffer}.block<32>().value();
  EXPECT_EQ(hex(verify_mac(key, message, Bytes{buffer}.last(32), command)), vector("verify_mac_mA2"));
}

TEST_F(DigestVectors, SecureBootAnswersWithAMac) {
  const crypto::Secret<32> io{Bytes{sequence(0x20, 32)}.first<32>()};
  const crypto::Secret<32> key = boot_key(io, sequence(0x80, 32));
  EXPECT_EQ(hex(key.reveal()), vector("sboot_hashedkey"));
  const auto digest = Reader{sequence(0xc0, 32)}.block<32>().value();
  EXPECT_EQ(hex(boot_mac(key, digest, sequence(0x40, 64), {.opcode = 0x80, .param1 = 0x85})), vector("sboot_mac_m85"));

  chip.put(at::secure_boot, 0xf703);  // FullDig, digest in slot 7, key in slot 15
  chip.put(at::chip_options, 0x6002);
  chip.chip.memory.data.set(6, sequence(0x20, 32));
  chip.chip.memory.data.set(7, sequence(0xc0, 32));
  chip.load_temp_key(sequence(0x80, 32));
  const Buffer hidden = decode_hex(vector("sboot_digest_enc")).value();
  EXPECT_EQ(chip.answer(Opcode::secure_boot, 0x86, 0, hidden), vector("sboot_mac_m86_fulldig"));
}

TEST_F(DigestVectors, AesWorksOnOneBlock) {
  chip.load_temp_key(sequence(0x80, 32));
  const Buffer plain = sequence(0xc0, 16);
  const Buffer cipher = chip.ask(Opcode::aes, mode::aes_encrypt, no_slot, plain);
  EXPECT_EQ(hex(cipher), vector("aes_ecb_block0"));
  EXPECT_EQ(chip.answer(Opcode::aes, mode::aes_decrypt, no_slot, cipher), hex(plain));
  EXPECT_EQ(chip.answer(Opcode::aes, mode::aes_gfm, no_slot, sequence(0xc0, 32)), vector("aes_gfm"));
}

}  // namespace
}  // namespace signet::element::emulator
