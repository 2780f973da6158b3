// The rules for every use of a key slot [3.2], each command against each rule: the unharmed case is answered, one harm
// is refused with 0f and changes nothing.
#include "element/emulator/chip_for_test.h"
#include "element/emulator/formulas.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

constexpr std::uint16_t req_random = 0x0040, req_auth_by_3 = 0x0380, persistent_disable = 0x1000;
constexpr std::uint16_t limited_use = 0x0020;
constexpr std::uint8_t transport_lock_3 = 0x3a;

Buffer proof(TestChip& chip, unsigned slot) {
  const Bytes key = Bytes{chip.chip.memory.data.slot(slot)}.first(32);
  Buffer out(32);
  Writer{out}.bytes(mac_of(chip.chip.config(), key, chip.chip.ram.temp_key.first_half(), {})).bytes(Block<13>{});
  return out;
}

std::string authorise(TestChip& chip, unsigned slot) {
  chip.ask(Opcode::nonce, 0, 0, sequence(0, 20));
  return chip.answer(Opcode::check_mac, 1, static_cast<std::uint16_t>(slot), proof(chip, slot));
}

struct UseOfKey {
  const char* what;
  unsigned slot;  // whose key is used
  std::string (*ask)(TestChip&);
  bool binds_random;
  bool is_counted = true;
};

Buffer a_public_key(TestChip& chip) {
  return copy_of(crypto::public_key_of(crypto::generate_private_key(chip.random)));
}

const UseOfKey uses[] = {
    {"MAC", 5, [](TestChip& chip) { return chip.kind(Opcode::mac, 1, 5); }, true},
    {"CheckMac", 5, [](TestChip& chip) { return chip.kind(Opcode::check_mac, 1, 5, proof(chip, 5)); }, true},
    {"CheckMac that fails", 5,
     [](TestChip& chip) {
       const std::string answer = chip.kind(Opcode::check_mac, 1, 5, Buffer(77));
       return answer == "01" ? "00" : answer;
     },
     true},
    {"GenDig", 5, [](TestChip& chip) { return chip.kind(Opcode::gen_dig, 2, 5); }, true},
    {"DeriveKey, roll", 9, [](TestChip& chip) { return chip.kind(Opcode::derive_key, 0, 9); }, true},
    {"DeriveKey, create", 5, [](TestChip& chip) { return chip.kind(Opcode::derive_key, 0, 10); }, true},
    {"Sign external", 4, [](TestChip& chip) { return chip.kind(Opcode::sign, 0x80, 4); }, false},
    {"Sign of the digest buffer", 4, [](TestChip& chip) { return chip.kind(Opcode::sign, 0xa0, 4); }, false},
    {"Sign internal", 1,
     [](TestChip& chip) {
       EXPECT_EQ(chip.answer(Opcode::gen_dig, 2, 13), "00");
       return chip.kind(Opcode::sign, 0x00, 1);
     },
     false},
    {"Verify stored", 15,
     [](TestChip& chip) {
       const std::string answer = chip.kind(Opcode::verify, 0, 15, Buffer(64));
       return answer == "01" ? "00" : answer;
     },
     true},
    {"ECDH", 4, [](TestChip& chip) { return chip.kind(Opcode::ecdh, 0x0c, 4, a_public_key(chip)); }, false},
    {"HMAC", 5, [](TestChip& chip) { return chip.kind(Opcode::sha, mode::sha_hmac_start, 5); }, false},
    {"KDF", 5,
     [](TestChip& chip) {
       Buffer data;
       Writer{data}.u32_le(16u << 24).bytes(Block<16>{});
       return chip.kind(Opcode::kdf, mode::kdf_from_slot | mode::kdf_to_output | mode::kdf_prf, 5, data);
     },
     false},
    {"GenKey, public key", 4, [](TestChip& chip) { return chip.kind(Opcode::gen_key, 0, 4); }, false, false},
    {"GenKey, new key", 4, [](TestChip& chip) { return chip.kind(Opcode::gen_key, 4, 4); }, false, false},
    {"GenKey, digest", 4, [](TestChip& chip) { return chip.kind(Opcode::gen_key, 8, 4); }, true, false},
    {"GenKey, stored key", 15, [](TestChip& chip) { return chip.kind(Opcode::gen_key, 0x10, 15, Buffer(3)); }, true,
     false},
};

struct KeyUseChip : TestChip {
  KeyUseChip() {
    configure(3, 0x8080, 0x001c);
    configure(5, 0x8080, 0x001c);
    configure(9, 0x2080, 0x003c);
    configure(10, 0x3580, 0x003c);
    configure(13, 0x8000, 0x001c);
    for (const unsigned slot : {3u, 5u, 9u}) chip.memory.data.set(slot, sequence(slot, 32));
    plant_key(1), plant_key(4);
    chip.memory.data.set(15, public_key_slot(Reader{a_public_key(*this)}.block<64>().value()));
    load_digest_buffer(sequence(0, 32));
  }
  void require(unsigned slot, std::uint16_t slot_bits, std::uint16_t key_bits) {
    configure(slot, slot_config_bits(chip.config(), slot) | slot_bits, key_config_bits(chip.config(), slot) | key_bits);
  }
  void new_nonce() { ask(Opcode::nonce, 0, 0, sequence(0, 20)); }
};

std::string outcome(KeyUseChip& chip, const UseOfKey& use) {
  std::string answer = use.ask(chip);
  return answer == "data" ? "00" : answer;
}

// Asks, and holds a refusal to change nothing.
std::string careful(KeyUseChip& chip, const UseOfKey& use) {
  chip.new_nonce();
  const Memory before = chip.chip.memory;
  std::string answer = outcome(chip, use);
  if (answer == "0f") {
    EXPECT_TRUE(chip.chip.memory == before) << use.what;
    EXPECT_TRUE(chip.chip.ram.temp_key.valid) << use.what;
  }
  return answer;
}

TEST(EmulatorKeyUse, IsAnsweredWhereNoRuleForbidsIt) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    EXPECT_EQ(careful(chip, use), "00") << use.what;
    EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), "00000000") << use.what;
  }
}

TEST(EmulatorKeyUse, PersistentDisableWantsTheLatch) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.require(use.slot, 0, persistent_disable);
    EXPECT_EQ(careful(chip, use), "0f") << use.what;
    chip.chip.latch = true;
    EXPECT_EQ(careful(chip, use), "00") << use.what;
  }
}

TEST(EmulatorKeyUse, ReqAuthWantsTheAuthorisationOfItsKey) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.require(use.slot, 0, req_auth_by_3);
    EXPECT_EQ(careful(chip, use), "0f") << use.what;
    ASSERT_EQ(authorise(chip, 13), "00");
    EXPECT_EQ(careful(chip, use), "0f") << use.what << ", another slot's authorisation";
    ASSERT_EQ(authorise(chip, 3), "00");
    EXPECT_EQ(careful(chip, use), "00") << use.what;
    ASSERT_EQ(authorise(chip, 3), "00");
    ASSERT_EQ(chip.answer(Opcode::check_mac, 0, 3, Buffer(77)), "01");
    EXPECT_EQ(careful(chip, use), "0f") << use.what << ", after a failure";
  }
}

TEST(EmulatorKeyUse, AnAuthorisationDiesWithSleep) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.require(use.slot, 0, req_auth_by_3);
    ASSERT_EQ(authorise(chip, 3), "00");
    chip.chip.forget_volatile();
    chip.load_digest_buffer(sequence(0, 32));
    EXPECT_EQ(careful(chip, use), "0f") << use.what;
  }
}

TEST(EmulatorKeyUse, ReqRandomWantsANonceFromTheRng) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.require(use.slot, 0, req_random);
    EXPECT_EQ(careful(chip, use), "00") << use.what << ", a random nonce";
    if (!use.binds_random) continue;
    const Memory before = chip.chip.memory;
    chip.new_nonce();
    chip.chip.ram.temp_key.from_input = true;
    const std::string answer = outcome(chip, use);
    EXPECT_EQ(answer, "0f") << use.what << ", the host's nonce";
    EXPECT_TRUE(chip.chip.memory == before) << use.what;
  }
}

TEST(EmulatorKeyUse, ReqRandomIsNotSatisfiedByANonceThatTakesNoPart) {
  KeyUseChip chip;
  chip.require(5, 0, req_random), chip.require(15, 0, req_random);
  chip.new_nonce();
  EXPECT_EQ(chip.kind(Opcode::mac, 0, 5, sequence(0, 32)), "0f");
  EXPECT_EQ(chip.kind(Opcode::check_mac, 0, 5, Buffer(77)), "0f");
  EXPECT_EQ(chip.kind(Opcode::verify, 0x20, 15, Buffer(64)), "0f") << "the digest buffer";
  EXPECT_EQ(chip.kind(Opcode::mac, 1, 5), "data");
}

TEST(EmulatorKeyUse, LimitedUseCountsToItsEnd) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.require(use.slot, limited_use, 0);
    chip.chip.memory.config[at::count_match] = 0x81;  // the match value is in slot 8
    chip.chip.memory.data.set(8, Buffer{2, 0, 0, 0});
    EXPECT_EQ(careful(chip, use), "00") << use.what;
    EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), use.is_counted ? "01000000" : "00000000") << use.what;
    EXPECT_EQ(careful(chip, use), "00") << use.what;
    EXPECT_EQ(careful(chip, use), use.is_counted ? "0f" : "00") << use.what;
    EXPECT_EQ(chip.answer(Opcode::counter, 0, 0), use.is_counted ? "02000000" : "00000000") << use.what;
    EXPECT_EQ(chip.answer(Opcode::counter, 0, 1), "00000000") << use.what;
  }
}

TEST(EmulatorKeyUse, ALimitWithoutAMatchValueIsTheCountersEnd) {
  KeyUseChip chip;
  chip.require(5, limited_use, 0);
  chip.chip.memory.config[at::count_match] = 0x80;  // names slot 8, not enabled
  chip.chip.memory.data.set(8, Buffer{0, 0, 0, 0});
  EXPECT_EQ(chip.kind(Opcode::mac, 0, 5, sequence(0, 32)), "data");
  std::ranges::copy(encode_counter(counter_max), chip.chip.memory.config.begin() + at::counters);
  EXPECT_EQ(chip.kind(Opcode::mac, 0, 5, sequence(0, 32)), "0f");
}

TEST(EmulatorKeyUse, TheTransportLockWantsItsOwnKeyFirst) {
  for (const UseOfKey& use : uses) {
    KeyUseChip chip;
    chip.chip.memory.config[at::use_lock] = transport_lock_3;
    if (use.slot != 1) {  // its preparation is a use of its own
      EXPECT_EQ(careful(chip, use), "0f") << use.what;
    }
    EXPECT_EQ(authorise(chip, 13), "0f") << "no other slot opens it";
    ASSERT_EQ(authorise(chip, 3), "00");
    EXPECT_EQ(careful(chip, use), "00") << use.what;
    ASSERT_EQ(authorise(chip, 3), "00");
    EXPECT_EQ(chip.answer(Opcode::check_mac, 0, 3, Buffer(77)), "01");
    EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "0f") << use.what << ": a failure closes it again";
  }
}

TEST(EmulatorKeyUse, TheTransportLockIsOpenUntilSleep) {
  KeyUseChip chip;
  chip.chip.memory.config[at::use_lock] = transport_lock_3;
  EXPECT_EQ(chip.kind(Opcode::mac, 0, 3, sequence(0, 32)), "0f") << "its own key does nothing else before";
  EXPECT_EQ(chip.kind(Opcode::check_mac, 0, 3, Buffer(77)), "0f");
  chip.require(4, 0, 0x0d80);  // ReqAuth by slot 13
  ASSERT_EQ(authorise(chip, 3), "00");
  ASSERT_EQ(authorise(chip, 13), "00") << "another authorisation does not close it";
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data");
  chip.chip.forget_volatile();
  chip.load_digest_buffer(sequence(0, 32));
  EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "0f");
}

TEST(EmulatorKeyUse, OnlyOnePatternOfUseLockEnablesIt) {
  for (const std::uint8_t bits : Buffer{0x00, 0xff, 0x3b, 0x35, 0xa0}) {
    KeyUseChip chip;
    chip.chip.memory.config[at::use_lock] = bits;
    EXPECT_EQ(chip.kind(Opcode::sign, 0xa0, 4), "data") << unsigned{bits};
  }
}

TEST(EmulatorKeyUse, TheLatchIsSetByAuthorisationAndClearedByAnybody) {
  KeyUseChip chip;
  const auto latch = [&](std::uint16_t bits) { return chip.answer(Opcode::info, mode::info_latch, bits); };
  chip.chip.memory.config[at::volatile_key] = 0x03;  // not enabled
  ASSERT_EQ(authorise(chip, 3), "00");
  EXPECT_EQ(latch(3), "0f");
  EXPECT_EQ(latch(2), "0f");
  EXPECT_EQ(latch(0), "00000000");
  chip.chip.memory.config[at::volatile_key] = 0x83;
  EXPECT_EQ(latch(3), "01000000");
  chip.chip.forget_volatile();
  EXPECT_EQ(latch(0), "01000000") << "it survives sleep";
  EXPECT_EQ(latch(1), "01000000") << "bit 0 alone asks";
  EXPECT_EQ(latch(2), "00000000") << "cleared without an authorisation";
  EXPECT_EQ(latch(3), "0f") << "but not set";
  ASSERT_EQ(authorise(chip, 13), "00");
  EXPECT_EQ(latch(3), "0f") << "nor by another slot's";
  EXPECT_EQ(latch(0), "00000000");
}

}  // namespace
}  // namespace signet::element::emulator
