#include "element/wire/config.h"

#include "element/wire/command.h"
#include "element/wire/packet.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

TEST(ElementCounter, HasTheGoldenForms) {
  const std::pair<std::uint32_t, const char*> table[] = {
      {0, "ffffffff00000000"},  {1, "7fffffff00000000"},  {16, "0000ffff00000000"},         {31, "0000000100000000"},
      {32, "ffff000000010000"}, {48, "0000ffff00010001"}, {counter_max, "00000001ffffffff"}};
  for (const auto& [value, text] : table) {
    EXPECT_EQ(hex(encode_counter(value)), text);
    EXPECT_EQ(decode_counter(decode_hex(text).value()), value);
  }
}

TEST(ElementCounter, ReadsBackEveryValue) {
  for (std::uint32_t value = 0; value <= counter_max; value += value < 5000 ? 1 : 97) {
    ASSERT_EQ(decode_counter(encode_counter(value)), value);
  }
}

TEST(ElementConfig, ReadsSlotAndKeyBits) {
  ConfigZone config{};
  const auto put = [&](std::size_t offset, std::uint16_t bits) {
    config[offset] = static_cast<std::uint8_t>(bits);
    config[offset + 1] = static_cast<std::uint8_t>(bits >> 8);
  };
  put(at::slot_config + 2 * 2, 0x2085);  // sign and ECDH, GenKey may replace, secret
  put(at::key_config + 2 * 2, 0x0033);   // private P-256, public key may come out, lockable
  const SlotConfig slot = slot_config(config, 2);
  EXPECT_TRUE(slot.may_sign_external() && slot.may_ecdh() && slot.may_gen_key() && slot.is_secret);
  EXPECT_FALSE(slot.may_sign_internal() || slot.ecdh_stays_inside() || slot.encrypt_read || slot.limited_use);
  const KeyConfig key = key_config(config, 2);
  EXPECT_TRUE(key.is_private && key.pub_info && key.lockable);
  EXPECT_EQ(key.key_type, key_type_p256);
  EXPECT_FALSE(key.req_random || key.req_auth || key.persistent_disable);
  put(at::slot_locked, 0xfffb);
  EXPECT_TRUE(is_slot_locked(config, 2));
  EXPECT_FALSE(is_slot_locked(config, 3));
}

TEST(ElementConfig, HasOneWriteRuleForEachOfTheSixteenValues) {
  using enum WriteRule;
  const WriteRule rules[16] = {always, while_invalid, never, never, encrypted, encrypted, encrypted, encrypted,
                               never,  never,         never, never, encrypted, encrypted, encrypted, encrypted};
  for (unsigned value = 0; value < 16; ++value) {
    EXPECT_EQ(SlotConfig{.write_config = value}.write_rule(), rules[value]) << value;
  }
}

TEST(ElementConfig, AnswersAtTheExtraAddressOnlyWhenToldTo) {
  ConfigZone config{};
  config[at::i2c_address] = 0xc0;
  config[at::user_extra_address] = 0x6a;
  EXPECT_EQ(i2c_address(config), 0x60);
  config[at::chip_mode] = 1;
  EXPECT_EQ(i2c_address(config), 0x35);
  config[at::user_extra_address] = 0;
  EXPECT_EQ(i2c_address(config), 0x60);
}

TEST(ElementPlace, NamesEveryBlockAndWordOfEverySlotAndComesBack) {
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    for (const bool whole : {false, true}) {
      const std::size_t step = whole ? block_bytes : word_bytes;
      for (std::size_t offset = 0; offset < slot_bytes(slot); offset += step) {
        const std::uint16_t address = address_of({Zone::data, slot, offset, whole});
        const auto place = place_of(whole ? 0x82 : 0x02, address);
        ASSERT_TRUE(place) << slot << " " << offset;
        EXPECT_EQ(place.value().slot, slot);
        EXPECT_EQ(place.value().offset, offset);
      }
    }
  }
}

TEST(ElementPlace, RefusesWhatLiesPastTheEnd) {
  ASSERT_TRUE(place_of(0x02, 0x0100));   // slot 0, block 1, word 0: its last four bytes
  EXPECT_FALSE(place_of(0x02, 0x0101));  // word 1 is past 36
  EXPECT_FALSE(place_of(0x82, 0x0200));
  ASSERT_TRUE(place_of(0x80, 0x0018));  // config block 3
  EXPECT_FALSE(place_of(0x80, 0x0020));
  ASSERT_TRUE(place_of(0x01, 0x000f));  // OTP, last word
  EXPECT_FALSE(place_of(0x01, 0x0010));
  EXPECT_FALSE(place_of(0x03, 0));       // no such zone
  EXPECT_FALSE(place_of(0x04, 0));       // no such bit
  EXPECT_FALSE(place_of(0x02, 0x0080));  // slot 16
}

TEST(ElementPlace, KnowsTheShortLastBlock) {
  EXPECT_EQ((Place{Zone::data, 0, 32, true}.inside()), 4u);
  EXPECT_EQ((Place{Zone::data, 10, 64, true}.inside()), 8u);
  EXPECT_EQ((Place{Zone::data, 8, 384, true}.inside()), 32u);
}

TEST(ElementPublicKey, StandsInItsSlotBehindTwoPads) {
  Block<64> key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i + 1);
  const auto slot = public_key_slot(key);
  EXPECT_EQ(slot[0] | slot[3] | slot[36] | slot[39], 0);
  EXPECT_EQ(slot[4], 1);
  EXPECT_EQ(slot[40], 33);
  EXPECT_EQ(key_in_slot(slot), key);
}

TEST(ElementDataCrc, LeavesPrivateSlotsOut) {
  ConfigZone config{};
  DataImage image;
  const std::uint16_t before = data_crc(config, image);
  image.slot(0)[5] ^= 1;
  EXPECT_NE(data_crc(config, image), before);
  config[at::key_config] = 0x13;  // slot 0 is private now
  const std::uint16_t without = data_crc(config, image);
  image.slot(0)[5] ^= 1;
  EXPECT_EQ(data_crc(config, image), without);
  image.otp[0] ^= 1;
  EXPECT_NE(data_crc(config, image), without);
}

TEST(ElementCommand, SpeaksInWords) {
  EXPECT_EQ(words_of(ChipStatus::execution_error), "execution error");
  EXPECT_EQ(words_of(ChipStatus{0x42}), "status 0x42");
  EXPECT_EQ(name_of(0x40), "GenKey");
  EXPECT_EQ(name_of(0x99), "opcode 0x99");
  EXPECT_EQ(execution_time_max(0x41, 0x00), Millis{115});
  EXPECT_EQ(execution_time_max(0x41, 0x28 | 0x07), Millis{220});
  EXPECT_EQ(execution_time_max(0x41), Millis{665});
}

}  // namespace
}  // namespace signet::element
