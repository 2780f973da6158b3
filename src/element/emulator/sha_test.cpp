// SHA: where keys come from, where results go, what a context survives.
#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

class EmulatorShaCommand : public testing::Test {
 protected:
  std::string start() { return chip.answer(Opcode::sha, mode::sha_start, 0); }
  std::string update(const Buffer& data) { return give(mode::sha_update, data); }
  std::string end(std::uint8_t mode, const Buffer& data = {}) { return give(mode, data); }
  std::string give(std::uint8_t mode, const Buffer& data) {
    return chip.answer(Opcode::sha, mode, static_cast<std::uint16_t>(data.size()), data);
  }

  TestChip chip;
};

TEST_F(EmulatorShaCommand, MacsWithTempKeyInEveryState) {
  for (const Locks locks : {Locks::none, Locks::config, Locks::both}) {
    TestChip other{locks};
    EXPECT_EQ(other.answer(Opcode::sha, mode::sha_hmac_start, no_slot), "0f") << "no TempKey";
    other.load_temp_key(sequence(0x40, 32));
    for (const std::uint8_t ending : Buffer{mode::sha_end, mode::sha_hmac_end}) {
      ASSERT_EQ(other.answer(Opcode::sha, mode::sha_hmac_start, no_slot), "00");
      ASSERT_EQ(other.answer(Opcode::sha, mode::sha_update, 20, sequence(1, 20)), "00");
      EXPECT_EQ(other.answer(Opcode::sha, ending | mode::sha_output_only, 0),
                hex(crypto::hmac_sha256(sequence(0x40, 32), sequence(1, 20))));
    }
    other.chip.ram.temp_key.no_mac = true;
    EXPECT_EQ(other.answer(Opcode::sha, mode::sha_hmac_start, no_slot), "0f") << "tainted";
  }
}

TEST_F(EmulatorShaCommand, MacsWithASlotUnderItsRules) {
  const auto hmac = [&] { return chip.answer(Opcode::sha, mode::sha_hmac_start, 9); };
  ASSERT_EQ(hmac(), "00");
  chip.configure(9, 0x0080, 0x0038 | 0x0080);
  EXPECT_EQ(hmac(), "0f") << "ReqAuth";
  chip.configure(9, 0x0080, 0x0038 | 0x1000);
  EXPECT_EQ(hmac(), "0f") << "PersistentDisable";
  chip.configure(9, 0x0080 | 0x20, 0x0038);
  EXPECT_EQ(hmac(), "00");
  EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "01000000") << "LimitedUse";
}

TEST_F(EmulatorShaCommand, PutsItsResultWhereTheEndSays) {
  const std::string expected = hex(crypto::sha256(sequence(5, 10)));
  ASSERT_EQ(start(), "00");
  EXPECT_EQ(end(mode::sha_end | mode::sha_output_only, sequence(5, 10)), expected);
  EXPECT_FALSE(chip.chip.ram.temp_key.valid);
  EXPECT_EQ(chip.chip.ram.digest_buffer.size, 0u);
  ASSERT_EQ(start(), "00");
  EXPECT_EQ(end(mode::sha_end | mode::sha_to_digest_buffer, sequence(5, 10)), expected);
  EXPECT_FALSE(chip.chip.ram.temp_key.valid);
  EXPECT_EQ(hex(Bytes{chip.chip.ram.digest_buffer.bytes}.first(32)), expected);
  ASSERT_EQ(start(), "00");
  EXPECT_EQ(end(mode::sha_end | mode::sha_to_temp_key, sequence(5, 10)), expected);
  EXPECT_EQ(hex(chip.chip.ram.temp_key.first_half()), expected);
  EXPECT_EQ(chip.answer(Opcode::info, mode::info_state, 0), "10810000") << "Source 1";
}

TEST_F(EmulatorShaCommand, UpdatesWithOneTo64Bytes) {
  Buffer all;
  ASSERT_EQ(start(), "00");
  for (const std::size_t size : {1u, 63u, 64u, 2u}) {
    ASSERT_EQ(update(sequence(7, size)), "00");
    Writer{all}.bytes(sequence(7, size));
  }
  EXPECT_EQ(update({}), "03");
  EXPECT_EQ(update(sequence(7, 65)), "03");
  EXPECT_EQ(end(mode::sha_end, sequence(7, 65)), "03");
  EXPECT_EQ(end(0x82), "03") << "there is no target 2";
  Writer{all}.bytes(sequence(9, 64));
  EXPECT_EQ(end(mode::sha_end, sequence(9, 64)), hex(crypto::sha256(all))) << "no mistake did it harm";
  EXPECT_EQ(end(mode::sha_end), "0f") << "it is over";
}

TEST_F(EmulatorShaCommand, TakesAStoredPublicKeyIn) {
  const crypto::PublicKey key = chip.plant_key(4);
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_public, 15), "0f") << "no context";
  chip.chip.memory.data.set(15, public_key_slot(key));
  ASSERT_EQ(start(), "00");
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_public, 15), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_public, 4), "0f") << "slot 4 is private";
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_public, 8), "0f") << "slot 8 holds data";
  EXPECT_EQ(end(mode::sha_end), hex(crypto::sha256(key)));
}

TEST_F(EmulatorShaCommand, AContextIsReplacedByTheNextAndDiesWithSleep) {
  ASSERT_EQ(start(), "00");
  ASSERT_EQ(update(sequence(1, 30)), "00");
  const Buffer context = chip.ask(Opcode::sha, mode::sha_read_context, 0);
  ASSERT_EQ(context.size(), 36u + 30u);
  chip.load_temp_key(sequence(0x40, 32));
  ASSERT_EQ(chip.answer(Opcode::sha, mode::sha_hmac_start, no_slot), "00");
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_read_context, 0), "0f") << "an HMAC's has a key in it";
  ASSERT_EQ(give(mode::sha_write_context, context), "00");
  EXPECT_EQ(end(mode::sha_end), hex(crypto::sha256(sequence(1, 30)))) << "a hash again, no HMAC";
  ASSERT_EQ(start(), "00");
  chip.chip.forget_volatile();
  EXPECT_EQ(update(sequence(1, 1)), "0f");
  EXPECT_EQ(chip.answer(Opcode::sha, mode::sha_read_context, 0), "0f");
}

}  // namespace
}  // namespace signet::element::emulator
