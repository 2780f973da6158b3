// What is allowed when: table 2.5 of the facts, row by row.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

struct Row {
  const char* what;
  Opcode opcode;
  std::uint8_t param1;
  std::uint16_t param2;
  std::size_t data_size;
  const char* none;    // configuration unlocked
  const char* config;  // configuration locked, data unlocked
  const char* both;
};

const Row rows[] = {
    {"read config", Opcode::read, 0x80, 0x0000, 0, "data", "data", "data"},
    {"write config word 4 (bytes 16-19)", Opcode::write, 0x00, 0x0004, 4, "00", "0f", "0f"},
    {"write config bytes 12-15", Opcode::write, 0x00, 0x0003, 4, "0f", "0f", "0f"},
    {"write config bytes 80-83", Opcode::write, 0x00, 0x0014, 4, "00", "0f", "0f"},
    {"write config bytes 84-87", Opcode::write, 0x00, 0x0015, 4, "0f", "0f", "0f"},
    {"write config bytes 124-127", Opcode::write, 0x00, 0x001f, 4, "00", "0f", "0f"},
    {"write config block 0", Opcode::write, 0x80, 0x0000, 32, "0f", "0f", "0f"},
    {"write config block 1", Opcode::write, 0x80, 0x0008, 32, "00", "0f", "0f"},
    {"write config block 2", Opcode::write, 0x80, 0x0010, 32, "0f", "0f", "0f"},
    {"write config block 3", Opcode::write, 0x80, 0x0018, 32, "00", "0f", "0f"},
    {"read OTP", Opcode::read, 0x01, 0x0000, 0, "0f", "0f", "data"},
    {"read clear slot 8", Opcode::read, 0x82, 0x0040, 0, "0f", "0f", "data"},
    {"read secret slot 5", Opcode::read, 0x82, 0x0028, 0, "0f", "0f", "0f"},
    {"read private slot 0", Opcode::read, 0x82, 0x0000, 0, "0f", "0f", "0f"},
    {"write OTP block", Opcode::write, 0x81, 0x0000, 32, "0f", "00", "0f"},
    {"write OTP word", Opcode::write, 0x01, 0x0000, 4, "0f", "0f", "0f"},
    {"write slot 8 block", Opcode::write, 0x82, 0x0040, 32, "0f", "00", "00"},
    {"write slot 8 word", Opcode::write, 0x02, 0x0040, 4, "0f", "0f", "00"},
    {"write private slot 0", Opcode::write, 0x82, 0x0000, 32, "0f", "0f", "0f"},
    {"write slot 5 (never after lock)", Opcode::write, 0x82, 0x0028, 32, "0f", "00", "0f"},
    {"write slot 13 (never after lock)", Opcode::write, 0x82, 0x0068, 32, "0f", "00", "0f"},
    {"write slot 6 word (secret: blocks only)", Opcode::write, 0x02, 0x0030, 4, "0f", "0f", "0f"},
    {"write slot 6 block", Opcode::write, 0x82, 0x0030, 32, "0f", "00", "00"},
    {"encrypted write without GenDig", Opcode::write, 0xc2, 0x0040, 64, "0f", "0f", "0f"},
    {"random", Opcode::random, 0, 0, 0, "data", "data", "data"},
    {"nonce random", Opcode::nonce, 0, 0, 20, "data", "data", "data"},
    {"nonce pass-through", Opcode::nonce, 3, 0, 32, "00", "00", "00"},
    {"gen_key fixed slot 0", Opcode::gen_key, 0x04, 0, 0, "0f", "data", "0f"},
    {"gen_key slot 2 (may be replaced)", Opcode::gen_key, 0x04, 2, 0, "0f", "data", "data"},
    {"gen_key into TempKey", Opcode::gen_key, 0x04, no_slot, 0, "0f", "data", "data"},
    {"public key of slot 4", Opcode::gen_key, 0x00, 4, 0, "0f", "data", "data"},
    {"sign slot 4", Opcode::sign, 0xa0, 4, 0, "0f", "data", "data"},
    {"ecdh slot 4", Opcode::ecdh, 0x0c, 4, 64, "0f", "0f", "data"},
    {"sha", Opcode::sha, 0, 0, 0, "00", "00", "00"},
    {"counter", Opcode::counter, 1, 0, 0, "data", "data", "data"},
    {"info", Opcode::info, 0, 0, 0, "data", "data", "data"},
    {"update_extra", Opcode::update_extra, 0, 1, 0, "00", "00", "00"},
    {"mac slot 5", Opcode::mac, 0x00, 5, 32, "0f", "data", "data"},
    {"check_mac slot 5", Opcode::check_mac, 0x00, 5, 77, "0f", "01", "01"},
    {"gen_dig slot 5", Opcode::gen_dig, 0x02, 5, 0, "0f", "00", "00"},
    {"gen_dig config", Opcode::gen_dig, 0x00, 0, 0, "0f", "00", "00"},
    {"gen_dig counter", Opcode::gen_dig, 0x04, 0, 0, "0f", "00", "00"},
    {"derive_key slot 9", Opcode::derive_key, 0x04, 9, 0, "0f", "0f", "0f"},
    {"derive_key slot 10 (rolls)", Opcode::derive_key, 0x04, 10, 0, "0f", "0f", "00"},
    {"priv_write clear", Opcode::priv_write, 0x00, 0, 68, "0f", "00", "0f"},
    {"priv_write encrypted without GenDig", Opcode::priv_write, 0x40, 2, 68, "0f", "0f", "0f"},
    {"hmac slot 5", Opcode::sha, 0x04, 5, 0, "0f", "0f", "00"},
    {"verify stored slot 15", Opcode::verify, 0x20, 15, 64, "0f", "01", "01"},
    {"lock config", Opcode::lock, 0x80, 0, 0, "00", "0f", "0f"},
    {"lock data", Opcode::lock, 0x81, 0, 0, "0f", "00", "0f"},
    {"lock slot 8", Opcode::lock, 0x82 | 8 << 2, 0, 0, "0f", "00", "00"},
    {"lock slot 0 (not lockable)", Opcode::lock, 0x82, 0, 0, "0f", "0f", "0f"},
};

std::string outcome(const Row& row, Locks locks) {
  TestChip chip{locks};
  chip.plant_key(4);
  chip.configure(10, 0x2000, 0x003c);
  const crypto::PrivateKey peer = crypto::generate_private_key(chip.random);
  chip.chip.memory.data.set(15, public_key_slot(crypto::public_key_of(peer)));
  chip.load_digest_buffer(sequence(0, 32));
  chip.load_temp_key(sequence(0, 32));
  Buffer data = sequence(0, row.data_size);
  if (row.opcode == Opcode::ecdh) {
    data = copy_of(crypto::public_key_of(peer));
  }
  return chip.kind(row.opcode, row.param1, row.param2, data);
}

TEST(EmulatorLocks, PermitWhatTheTableSays) {
  for (const Row& row : rows) {
    EXPECT_EQ(outcome(row, Locks::none), row.none) << row.what << ", nothing locked";
    EXPECT_EQ(outcome(row, Locks::config), row.config) << row.what << ", configuration locked";
    EXPECT_EQ(outcome(row, Locks::both), row.both) << row.what << ", both locked";
  }
}

TEST(EmulatorLocks, ARefusedWriteChangesNothing) {
  for (const Row& row : rows) {
    if (row.opcode != Opcode::write) continue;
    TestChip chip{Locks::both};
    const Memory before = chip.chip.memory;
    const std::string got = chip.kind(row.opcode, row.param1, row.param2, sequence(0, row.data_size));
    EXPECT_EQ(chip.chip.memory == before, got != "00") << row.what;
  }
}

TEST(EmulatorLocks, VerifyExternalWorksOnABlankChip) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip chip{locks};
    const crypto::PrivateKey key = crypto::generate_private_key(chip.random);
    crypto::Digest digest{};
    chip.load_digest_buffer(digest);
    Buffer data = copy_of(crypto::sign(key, digest));
    Writer{data}.bytes(crypto::public_key_of(key));
    EXPECT_EQ(chip.answer(Opcode::verify, 0x22, 4, data), "00");
    data[40] ^= 1;
    EXPECT_EQ(chip.answer(Opcode::verify, 0x22, 4, data), "01");
    data[127] ^= 1;
    EXPECT_EQ(chip.answer(Opcode::verify, 0x22, 4, data), "0f") << "a point off the curve is no ECC fault";
  }
}

TEST(EmulatorLocks, CheckTheirChecksum) {
  TestChip chip{Locks::none};
  const std::uint16_t crc = crc16(chip.chip.memory.config);
  EXPECT_EQ(chip.answer(Opcode::lock, 0x00, crc ^ 1), "0f");
  EXPECT_EQ(chip.answer(Opcode::lock, 0x00, crc), "00");
  EXPECT_EQ(chip.chip.memory.config[at::lock_config], 0);
  const std::uint16_t data = data_crc(chip.chip.memory.config, chip.chip.memory.data);
  EXPECT_EQ(chip.answer(Opcode::lock, 0x01, data ^ 0x8000), "0f");
  EXPECT_EQ(chip.answer(Opcode::lock, 0x01, data), "00");
  EXPECT_EQ(chip.chip.memory.config[at::lock_value], 0);
}

TEST(EmulatorLocks, ASlotLockHoldsAgainstWriteAndGenKey) {
  TestChip chip;
  ASSERT_EQ(chip.kind(Opcode::gen_key, 0x04, 2), "data");
  ASSERT_EQ(chip.answer(Opcode::write, 0x82, 0x0050, sequence(0, 32)), "00");
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 2 << 2, 0), "00");
  ASSERT_EQ(chip.answer(Opcode::lock, 0x82 | 10 << 2, 0), "00");
  EXPECT_EQ(chip.answer(Opcode::gen_key, 0x04, 2), "0f");
  EXPECT_EQ(chip.kind(Opcode::gen_key, 0x00, 2), "data") << "its public key still comes out";
  EXPECT_EQ(chip.answer(Opcode::write, 0x82, 0x0050, sequence(0, 32)), "0f");
  EXPECT_EQ(chip.answer(Opcode::lock, 0x82 | 10 << 2, 0), "0f") << "locked already";
}

TEST(EmulatorLocks, AKeyThatNeedsValidationIsUnvalidatedByAnyWrite) {
  TestChip chip;
  chip.configure(14, 0x1000, 0x0012);  // public P-256 with PubInfo, writable while invalid
  ASSERT_EQ(chip.answer(Opcode::write, 0x82, 14 << 3, Buffer(32, 0x50)), "00");
  EXPECT_EQ(chip.chip.memory.data.slot(14)[0], 0xa0);
  chip.chip.memory.data.slot(14)[0] = 0x50;  // as after Verify(Validate)
  EXPECT_EQ(chip.answer(Opcode::write, 0x82, 14 << 3, Buffer(32, 0)), "0f");
}

TEST(EmulatorLocks, WriteConfigDecidesWhoWritesInClear) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    for (const bool secret : {false, true}) {
      TestChip chip;
      chip.configure(9, static_cast<std::uint16_t>(bits << 12 | (secret ? 0x80 : 0)), 0x003c);
      const std::string block = bits == 0 ? "00" : "0f", word = bits == 0 && !secret ? "00" : "0f";
      EXPECT_EQ(chip.answer(Opcode::write, 0x82, 9 << 3, sequence(0, 32)), block) << bits << secret;
      EXPECT_EQ(chip.answer(Opcode::write, 0x02, 9 << 3 | 1, sequence(0, 4)), word) << bits << secret;
    }
  }
}

TEST(EmulatorLocks, APublicKeyThatIsWritableWhileInvalidIsNothingElse) {
  struct {
    std::uint16_t key_config;
    std::uint8_t validity;
    const char* answer;
  } const cases[] = {{0x0012, 0xa0, "00"}, {0x0012, 0xff, "00"}, {0x0012, 0x50, "0f"},
                     {0x0010, 0xa0, "0f"}, {0x001c, 0xa0, "0f"}, {0x0013, 0xa0, "0f"}};
  for (const auto& row : cases) {
    TestChip chip;
    chip.configure(14, 0x1000, row.key_config);
    chip.chip.memory.data.slot(14)[0] = row.validity;
    EXPECT_EQ(chip.answer(Opcode::write, 0x82, 1 << 8 | 14 << 3, Buffer(32)), row.answer) << row.key_config;
  }
}

TEST(EmulatorRandom, IsAFixedPatternUntilTheConfigurationIsLocked) {
  TestChip blank{Locks::none};
  std::string pattern;
  for (int i = 0; i < 8; ++i) pattern += "ffff0000";
  EXPECT_EQ(blank.answer(Opcode::random, 0, 0), pattern);
  EXPECT_EQ(blank.answer(Opcode::nonce, 0, 0, sequence(0, 20)), pattern);
  TestChip locked{Locks::config};
  EXPECT_NE(locked.answer(Opcode::random, 0, 0), pattern);
  EXPECT_NE(locked.answer(Opcode::random, 0, 0), locked.answer(Opcode::random, 0, 0));
}

}  // namespace
}  // namespace signet::element::emulator
