#include "element/plan/plan.h"

#include "element/atecc/config_for_test.h"
#include "element/atecc/describe.h"
#include "element/plan/judge.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

// A plan that is fine: an identity, and fifteen slots of clear data.
class PlanFile : public testing::Test {
 protected:
  PlanFile() {
    good.lock = PlanLock::config_and_data;
    good.zone[at::i2c_address] = 0xc0;
    put(good.zone, at::slot_locked, 0xffff);
    for (unsigned n = 0; n < slot_count; ++n) slot(n, 0x0000, 0x003c);
    slot(0, 0x0081, 0x0013);
    good.slots[0].make_key = true;
    good.slots[0].use = "identity \"one\"";
    good.slots[8].data = Buffer{1, 2, 3, 4};
  }
  void slot(unsigned n, unsigned rights, unsigned key) {
    put(good.zone, at::slot_config + 2 * n, rights);
    put(good.zone, at::key_config + 2 * n, key);
  }
  // All that is refused, one a line.
  std::string refused() {
    std::string out;
    for (const Finding& finding : judge(good)) {
      if (finding.refused) out += finding.where + ": " + finding.what.substr(0, finding.what.find(':')) + "\n";
    }
    return out;
  }
  Plan good;
};

TEST_F(PlanFile, ComesBackAsItWasWritten) {
  const std::string text = plan_text(good);
  const auto again = parse_plan(text);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again.value().zone, good.zone);
  EXPECT_EQ(again.value().slots[0].use, "identity \"one\"");
  EXPECT_TRUE(again.value().slots[0].make_key);
  EXPECT_EQ(again.value().slots[8].data, good.slots[8].data);
  EXPECT_EQ(plan_text(again.value()), text);
}

TEST_F(PlanFile, IsRefusedWithTheMemberThatIsWrong) {
  const std::string text = plan_text(good);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const auto found = changed.find(from);
    EXPECT_NE(found, changed.npos) << from;
    const auto parsed = parse_plan(changed.replace(found, from.size(), to));
    return parsed ? std::string{"taken"} : parsed.error().what;
  };
  EXPECT_EQ(with("\"plan\": 1", "\"plan\": 2"), "\"plan\": expected 1, the version of the format");
  EXPECT_EQ(with("config and data", "all"), "\"lock\": expected \"config and data\", \"config\" or \"nothing\"");
  EXPECT_EQ(with("\"0x60\"", "\"0xc0\""), "\"i2c_address\": a 7-bit address; the 8-bit form 0xC0 is 0x60 here");
  EXPECT_EQ(with("\"chip_mode\"", "\"chipmode\""), "\"chipmode\" is no member of a plan");
  EXPECT_EQ(with("\"slot\": 3", "\"slot\": 4"), "slots: slot 4 is there twice");
  EXPECT_EQ(with("\"slot\": 3", "\"slot\": 16"), "slots: \"slot\": expected 0 to 15");
  EXPECT_EQ(with("0x0081", "0x81"), "slots: \"slot_config\": expected two bytes as \"0x12ab\"");
  EXPECT_EQ(with("true", "1"), "slots: \"make_key\": expected true or false");
  EXPECT_EQ(with("01020304", "0102030"), "slots: \"data\": expected at most 416 bytes as hex digits");
  EXPECT_EQ(parse_plan(R"({"plan":1,"lock":"config","i2c_address":"0x60","slots":[]})").error().what,
            "slot 0 is missing: a plan says what every slot is");
}

TEST_F(PlanFile, HasLimits) {
  std::string longest = plan_text(good);
  longest.resize(plan_bytes_max, ' ');
  EXPECT_TRUE(parse_plan(longest));
  EXPECT_EQ(parse_plan(longest + " ").error().code, Errc::too_large);
  good.slots[0].use = std::string(plan_use_bytes_max, 'u');
  EXPECT_TRUE(parse_plan(plan_text(good)));
  good.slots[0].use += "u";
  EXPECT_EQ(parse_plan(plan_text(good)).error().code, Errc::malformed);
}

TEST_F(PlanFile, KeepsWhatTheChipOwns) {
  ConfigZone chip{};
  chip[0] = 0x01, chip[at::counters] = 0x7f, chip[at::lock_config] = unlocked;
  const ConfigZone zone = zone_on(good, chip);
  EXPECT_EQ(zone[0], 0x01);
  EXPECT_EQ(zone[at::counters], 0x7f);
  EXPECT_EQ(zone[at::lock_config], unlocked);
  EXPECT_EQ(zone[at::i2c_address], 0xc0);
}

TEST_F(PlanFile, IsNotRefusedWhenItIsFine) { EXPECT_EQ(refused(), ""); }

TEST_F(PlanFile, IsRefusedForAChipThatWouldBeLostOrOpen) {
  good.zone[at::i2c_address] = 0x00;
  EXPECT_EQ(refused(), "I2C_Address: 7-bit addresses below 0x08 and above 0x77 are reserved\n");
  good.zone[at::i2c_address] = 0xc0;
  good.lock = PlanLock::nothing;
  EXPECT_NE(refused().find("lock: nothing is locked"), std::string::npos);
  good.lock = PlanLock::config;
  EXPECT_EQ(refused(), "") << "the data lock may come later";
  good.zone[at::chip_mode] = 0x04;
  EXPECT_NE(refused().find("ChipMode: the long watchdog"), std::string::npos);
  good.zone[at::chip_mode] = 0x10;
  EXPECT_NE(refused().find("ChipMode: no host knows"), std::string::npos);
  good.zone[at::chip_mode] = 0x68;
  EXPECT_EQ(refused(), "");
  good.zone[at::use_lock] = 0x5a;
  EXPECT_NE(refused().find("UseLock"), std::string::npos);
}

TEST_F(PlanFile, IsRefusedForAnIdentityThatIsNone) {
  slot(0, 0x2081, 0x0013);
  EXPECT_EQ(refused(), "slot 0: is the identity and could be replaced\n");
  slot(0, 0x0001, 0x0013);
  EXPECT_EQ(refused(), "slot 0: a private key that is not IsSecret\n");
  slot(0, 0x0081, 0x001f);
  EXPECT_EQ(refused(), "slot 0: a private key needs KeyType 4 (P-256)\n");
  slot(0, 0x0081, 0x0011);
  EXPECT_EQ(refused(), "slot 0: nobody could ever learn its public key\n");
  slot(0, 0x0081, 0x0013);
  good.slots[0].make_key = false;
  EXPECT_EQ(refused(), "slot 0: no key is made before the data lock and none can be made after\n");
  good.slots[0].make_key = true;
  slot(0, 0x0000, 0x003c);
  EXPECT_NE(refused().find("slot 0: is the identity, and holds no private key"), std::string::npos);
}

TEST_F(PlanFile, IsRefusedForSlotsThatContradictThemselves) {
  slot(5, 0x0040, 0x003c);
  EXPECT_EQ(refused(), "slot 5: EncryptRead without IsSecret is no valid setting\n");
  slot(5, 0x4580, 0x003c);
  EXPECT_EQ(refused(), "slot 5: its WriteKey is the slot itself\n");
  slot(5, 0x4780, 0x003c);
  EXPECT_EQ(refused(), "slot 5: slot 7, its WriteKey, can be read by anybody\n");
  slot(7, 0x0080, 0x003c);
  EXPECT_EQ(refused(), "");
  slot(5, 0x0080, 0x0028);
  EXPECT_EQ(refused(), "slot 5: KeyType 2 is reserved\n");
  slot(5, 0x0000, 0x0030);
  EXPECT_EQ(refused(), "slot 5: a public key needs 72 bytes\n");
  slot(5, 0x0000, 0x0038);
  EXPECT_EQ(refused(), "slot 5: an AES key that anybody reads\n");
  slot(5, 0x0000, 0x203c);
  EXPECT_EQ(refused(), "slot 5: KeyConfig bit 13 is reserved\n");
  slot(5, 0x0080, 0x103c);
  EXPECT_EQ(refused(), "slot 5: needs the persistent latch, and nothing can ever set it\n");
  slot(5, 0x00a0, 0x003c);
  EXPECT_EQ(refused(), "slot 5: limited uses without a limit\n");
  slot(5, 0x0080, 0x003c);
  good.slots[5].data = Buffer(32, 7);
  EXPECT_EQ(refused(), "slot 5: a secret does not belong into a plan, which is printed and passed on\n");
}

TEST_F(PlanFile, IsRefusedForKeysOfOthersThatAreNone) {
  slot(0, 0x0081, 0x0593);
  EXPECT_EQ(refused(), "slot 0: slot 5, its AuthKey, can be read by anybody\n");
  slot(5, 0x0080, 0x003c);
  EXPECT_EQ(refused(), "");
  put(good.zone, at::chip_options, 0x6002);
  EXPECT_EQ(refused(), "ChipOptions: slot 6, the IO protection key, can be read by anybody\n");
  put(good.zone, at::chip_options, 0x0100);
  EXPECT_EQ(refused(), "ChipOptions: results must be encrypted and there is no IO protection key to do it\n");
  put(good.zone, at::chip_options, 0);
  put(good.zone, at::secure_boot, 0xf703);
  EXPECT_EQ(refused(), "SecureBoot: slot 15 holds no P-256 public key\n");
}

TEST_F(PlanFile, HasEveryBitOfTheZoneInWords) {
  // Flipping any bit of a writable byte changes some word or number of the description.
  const auto all_words = [](const ConfigZone& zone) {
    std::string out;
    for (const Described& part : describe(zone)) {
      for (const BitField& field : part.fields) out += field.name + std::to_string(field.value) + field.words + "\n";
    }
    return out;
  };
  const std::string before = all_words(good.zone);
  for (std::size_t byte = at::first_writable; byte < config_bytes; ++byte) {
    const bool counters = byte >= at::counters && byte < at::use_lock;
    const bool reserved = byte == 17 || (byte >= 75 && byte < at::user_extra);
    if (counters || reserved) continue;
    for (unsigned bit = 0; bit < 8; ++bit) {
      ConfigZone changed = good.zone;
      changed[byte] ^= static_cast<std::uint8_t>(1u << bit);
      EXPECT_TRUE(all_words(changed) != before) << "byte " << byte << " bit " << bit;
    }
  }
}

}  // namespace
}  // namespace signet::element
