// The golden digests of testdata/atecc608-digest-vectors.json that the present commands make.
#include "base/json.h"
#include "base/port/file.h"
#include "element/emulator/chip_for_test.h"

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

}  // namespace
}  // namespace signet::element::emulator
