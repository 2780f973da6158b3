// For each command: first nothing is missing, then one thing is, and the reason names it.
#include "element/atecc/explain.h"

#include "element/atecc/config_for_test.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

class Explain : public testing::Test {
 protected:
  Explain() {
    config[at::aes_enable] = 1;
    put(config, at::slot_locked, 0xffff);
    put(config, at::chip_options, 0x6006);  // IO protection in slot 6, AES-KDF
  }
  void slot(unsigned n, unsigned rights, unsigned key) {
    put(config, at::slot_config + 2 * n, rights);
    put(config, at::key_config + 2 * n, key);
  }
  std::string why(Opcode opcode, std::uint8_t mode, std::uint16_t param2 = 0) {
    const Command command{.opcode = static_cast<std::uint8_t>(opcode), .param1 = mode, .param2 = param2};
    return missing_precondition(command, config, state);
  }
  void open_data() { config[at::lock_value] = unlocked; }
  void open_config() { config[at::lock_config] = config[at::lock_value] = unlocked; }

  ConfigZone config{};  // both zones locked
  std::optional<ChipState> state = ChipState{.temp_key_valid = true};
};

TEST_F(Explain, AesOnASlotThatIsNoAesKey) {
  slot(9, 0x0080, 0x0038);
  EXPECT_EQ(why(Opcode::aes, mode::aes_encrypt, 9), "");
  slot(9, 0x0080, 0x003c);
  EXPECT_EQ(why(Opcode::aes, mode::aes_encrypt, 9),
            "slot 9 has KeyType 7 (other data) and AES needs 6: use a slot configured for AES keys");
  config[at::aes_enable] = 0;
  EXPECT_EQ(why(Opcode::aes, mode::aes_encrypt, 9),
            "AES is disabled in this part (configuration byte 13 is 0): another part number has it");
  config[at::aes_enable] = 1;
  state->temp_key_valid = false;
  EXPECT_EQ(why(Opcode::aes, mode::aes_encrypt, no_slot),
            "TempKey holds nothing valid: load the key with Nonce (pass-through) first, in the same turn");
}

TEST_F(Explain, AKeyThatWaitsForItsLocks) {
  slot(2, 0x2085, 0x0033);
  EXPECT_EQ(why(Opcode::gen_key, mode::gen_key_private, 2), "");
  EXPECT_NE(why(Opcode::ecdh, mode::ecdh_to_output, 2).find("curve"), std::string::npos);
  open_data();
  EXPECT_EQ(why(Opcode::ecdh, mode::ecdh_to_output, 2), "the data zone is not locked yet");
  open_config();
  for (const Opcode opcode : {Opcode::gen_key, Opcode::sign, Opcode::ecdh, Opcode::kdf, Opcode::mac, Opcode::gen_dig,
                              Opcode::derive_key, Opcode::priv_write, Opcode::secure_boot}) {
    EXPECT_EQ(why(opcode, 0, 2), "the configuration zone is not locked yet") << static_cast<int>(opcode);
  }
}

TEST_F(Explain, AKeyThatWantsAnAuthorisation) {
  slot(0, 0x0081, 0x0593);  // ReqAuth, AuthKey 5
  state->authorised = 5;
  EXPECT_EQ(why(Opcode::sign, mode::sign_external, 0), "slot 0 may hold no key yet: GenKey makes one");
  for (const auto who : {std::optional<unsigned>{}, std::optional<unsigned>{4}}) {
    state->authorised = who;
    EXPECT_EQ(why(Opcode::sign, mode::sign_external, 0),
              "slot 0 needs an authorisation with the key in slot 5 first (CheckMac in the same turn)");
  }
  state.reset();
  EXPECT_NE(why(Opcode::sign, mode::sign_external, 0).find("authorisation"), std::string::npos);
}

TEST_F(Explain, AKeyThatWantsTheLatch) {
  slot(0, 0x0081, 0x1013);
  state->latch = true;
  EXPECT_EQ(why(Opcode::sign, mode::sign_external, 0), "slot 0 may hold no key yet: GenKey makes one");
  state->latch = false;
  EXPECT_NE(why(Opcode::sign, mode::sign_external, 0).find("slot 0 needs the persistent latch, which is not set"),
            std::string::npos);
}

TEST_F(Explain, AKeyWithoutNoMacOrRandomSourceOrUsesLeft) {
  slot(3, 0x0080, 0x001c);
  EXPECT_EQ(why(Opcode::mac, 0, 3), "");
  slot(3, 0x0090, 0x001c);
  EXPECT_EQ(why(Opcode::mac, 0, 3), "slot 3 has NoMac set: the MAC command may not use it (CheckMac may)");
  EXPECT_EQ(why(Opcode::check_mac, 0, 3), "");
  slot(3, 0x0080, 0x005c);
  state->from_input = true;
  EXPECT_EQ(why(Opcode::gen_dig, mode::gen_dig_data, 3),
            "slot 3 needs a TempKey from the chip's own random numbers (ReqRandom): use Nonce in random mode");
  slot(3, 0x00a0, 0x001c);
  config[at::count_match] = 0xa1;
  put(config, at::counters, 0xff00), put(config, at::counters + 2, 0xffff);
  EXPECT_EQ(why(Opcode::mac, 0, 3),
            "slot 3 has a limited number of uses, and they may be used up: counter 0 stands at 8, the limit is in slot "
            "10");
}

TEST_F(Explain, TheSourceOfTempKeyThatTheModeDenies) {
  slot(3, 0x0080, 0x001c);
  EXPECT_EQ(why(Opcode::mac, mode::mac_second_temp_key, 3), "");
  state->from_input = true;
  EXPECT_EQ(why(Opcode::mac, mode::mac_second_temp_key, 3), "TempKey came from the host: mode bit 2 must be 1");
  EXPECT_EQ(why(Opcode::mac, mode::mac_second_temp_key | mode::mac_source_input, 3), "");
  state->no_mac = true;
  EXPECT_EQ(why(Opcode::mac, mode::mac_second_temp_key | mode::mac_source_input, 3),
            "TempKey was made with a key that has NoMac set");
}

TEST_F(Explain, WritesThatMustBeEncryptedAndSlotsThatAreLocked) {
  constexpr std::uint8_t whole = static_cast<std::uint8_t>(Zone::data) | zone_32_bytes;
  const std::uint16_t address = address_of({Zone::data, 5, 0, true});
  slot(5, 0x0000, 0x003c);
  EXPECT_EQ(why(Opcode::write, whole, address), "");
  slot(5, 0x4680, 0x003c);
  EXPECT_EQ(why(Opcode::write, whole, address), "slot 5 takes encrypted writes only, under the key in slot 6");
  EXPECT_EQ(why(Opcode::write, whole | zone_encrypted, address),
            "TempKey does not come from GenDig with slot 6, the WriteKey: Nonce, then GenDig with that slot, first");
  state = ChipState{.temp_key_valid = true, .gen_dig = true, .key_id = 6};
  EXPECT_NE(why(Opcode::write, whole | zone_encrypted, address).find("MAC does not match"), std::string::npos);
  slot(5, 0x8080, 0x003c);
  EXPECT_EQ(why(Opcode::write, whole, address), "the data zone is locked and slot 5 is configured never to change");
  put(config, at::slot_locked, 0xffdf);
  EXPECT_EQ(why(Opcode::write, whole, address), "slot 5 is locked for ever");
}

TEST_F(Explain, WhatOptionsKeepInside) {
  slot(2, 0x2085, 0x0033);
  put(config, at::chip_options, 0x6506);
  EXPECT_NE(why(Opcode::ecdh, mode::ecdh_to_output, 2).find("forbid an ECDH result in clear"), std::string::npos);
  EXPECT_NE(why(Opcode::kdf, mode::kdf_to_output | mode::kdf_hkdf).find("forbid a KDF result in clear"),
            std::string::npos);
  put(config, at::chip_options, 0x0000);
  EXPECT_EQ(why(Opcode::ecdh, mode::ecdh_to_output | mode::ecdh_encrypted, 2),
            "there is no IO protection key: ChipOptions bit 1 is 0");
  EXPECT_EQ(why(Opcode::kdf, mode::kdf_to_output | mode::kdf_aes),
            "the configuration does not enable AES in KDF (ChipOptions bit 2)");
}

TEST_F(Explain, WhatHappensOnceAndWhatIsOff) {
  EXPECT_EQ(why(Opcode::update_extra, 1), "");
  config[at::user_extra_address] = 0x6a;
  EXPECT_EQ(why(Opcode::update_extra, 1), "configuration byte 85 was set already: it changes once");
  EXPECT_EQ(why(Opcode::secure_boot, mode::secure_boot_full),
            "SecureBoot is off in the configuration (bytes 70-71, mode 0)");
  EXPECT_NE(why(Opcode::sha, mode::sha_update).find("no hash is running"), std::string::npos);
  EXPECT_NE(why(Opcode::info, mode::info_latch, 3).find("VolatileKeyPermission"), std::string::npos);
}

TEST(ChipStateBytes, AreWhatInfoGives) {
  const ChipState state = chip_state_of(Buffer{0x7a, 0xac, 0, 0}, 1);
  EXPECT_TRUE(state.temp_key_valid && state.from_input && state.gen_dig && state.gen_key && !state.no_mac);
  EXPECT_EQ(state.key_id, 10u);
  EXPECT_EQ(state.authorised, 5u);
  EXPECT_TRUE(state.latch);
}

}  // namespace
}  // namespace signet::element
