// What board and element compute from their secret, against the golden values of the chip's facts.
#include "element/atecc/bond.h"

#include "element/atecc/config_for_test.h"

#include <gtest/gtest.h>
#include <numeric>

namespace signet::element {
namespace {

template <std::size_t N>
Block<N> sequence(unsigned from) {
  Block<N> out;
  std::iota(out.begin(), out.end(), static_cast<std::uint8_t>(from));
  return out;
}

const Block<serial_bytes> serial{0x01, 0x23, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x01};

BondKey key_from(unsigned from) { return BondKey{std::span<const std::uint8_t, 32>{sequence<32>(from)}}; }

TEST(BondFormulas, GiveTheGoldenValues) {
  EXPECT_EQ(hex(nonce_temp_key(sequence<32>(0x20), sequence<20>(0x00), 0x00)),
            "9815b936195cc998503caf840073b5cf9b5a5db6dd48f165b308c6baceb94fb8");
  // The golden value of mode 0 has the challenge S(a0) where mode 1 has TempKey: the rest is one formula.
  EXPECT_EQ(hex(check_mac_response(key_from(0x40), sequence<32>(0xa0), sequence<13>(0x10), serial)),
            "70502fb4d6dd771e889681ccf765505ded674c5ddffef3eedd60a7d5c414cd45");
  const VerifyMacInput input{sequence<32>(0x80), sequence<32>(0xa0), sequence<64>(0x40), 0xa2, 0x0004};
  EXPECT_EQ(hex(verify_mac(key_from(0x20), input)), "22de8c9cfe43aa23dd18b8e901ab8d73b8a71b7e4fc61dcd1e311d7a134e3e76");
}

TEST(BondFormulas, UncoverWhatTheChipCovered) {
  Buffer answer(32);
  Writer{answer}.bytes(sequence<32>(0xc0));
  EXPECT_EQ(hex(uncover(key_from(0x20), answer).reveal()),
            "b91f32db8847e0d744bf3021bd2017221b074bad94bfb99a73ac58b824028cb5");
}

TEST(BondKeys, AreThreeAndTellNothingOfEachOther) {
  const BondKeys keys = bond_keys_of(key_from(0x01));
  EXPECT_NE(hex(keys.authorisation.reveal()), hex(keys.io_protection.reveal()));
  EXPECT_NE(hex(keys.authorisation.reveal()), hex(keys.sealing.reveal()));
  EXPECT_NE(hex(keys.io_protection.reveal()), hex(keys.sealing.reveal()));
  EXPECT_EQ(hex(bond_keys_of(key_from(0x01)).sealing.reveal()), hex(keys.sealing.reveal()));
  EXPECT_NE(hex(bond_keys_of(key_from(0x02)).sealing.reveal()), hex(keys.sealing.reveal()));
}

struct BondSlotsOf : testing::Test {
  BondSlotsOf() {
    put(config, at::slot_locked, 0xffff);
    put(config, at::chip_options, 0x6506);
    set(0, 0x0081, 0x0593);
    set(5, 0x0090, 0x007c);
    set(6, 0x0090, 0x003c);
    set(9, 0x2089, 0x059c);
  }
  void set(unsigned slot, std::uint16_t slot_bits, std::uint16_t key_bits) {
    put(config, at::slot_config + 2 * slot, slot_bits);
    put(config, at::key_config + 2 * slot, key_bits);
  }
  ConfigZone config{};
};

TEST_F(BondSlotsOf, AreReadFromTheConfiguration) {
  const auto slots = bond_slots(config);
  ASSERT_TRUE(slots) << slots.error().what;
  EXPECT_EQ(slots.value().io_protection, 6u);
  EXPECT_EQ(slots.value().authorisation, 5u);
  EXPECT_TRUE(can_seal(config));
  EXPECT_FALSE(are_locked(config, slots.value()));
  put(config, at::slot_locked, static_cast<std::uint16_t>(~(1u << 6)));
  EXPECT_FALSE(are_locked(config, slots.value())) << "both must be";
  put(config, at::slot_locked, static_cast<std::uint16_t>(~(1u << 6 | 1u << 5)));
  EXPECT_TRUE(are_locked(config, slots.value()));
}

TEST_F(BondSlotsOf, APartOfTheMarketHasAnIoKeyAlone) {
  set(0, 0x0081, 0x0013);
  ASSERT_TRUE(bond_slots(config));
  EXPECT_FALSE(bond_slots(config).value().authorisation);
}

TEST_F(BondSlotsOf, AWeakSlotIsNoPlaceForAKey) {
  struct Weakness {
    const char* why;
    unsigned slot;
    std::uint16_t slot_bits, key_bits;
  };
  for (const Weakness& weak :
       {Weakness{"can be read", 5, 0x0010, 0x007c}, Weakness{"feeds the MAC command", 5, 0x0080, 0x007c},
        Weakness{"takes a recorded nonce", 5, 0x0090, 0x003c}, Weakness{"can never be locked", 5, 0x0090, 0x005c},
        Weakness{"feeds the MAC command", 6, 0x0080, 0x003c}, Weakness{"can never be written", 6, 0x8090, 0x003c},
        Weakness{"can be read encrypted", 6, 0x00d0, 0x003c}}) {
    const ConfigZone sound = config;
    set(weak.slot, weak.slot_bits, weak.key_bits);
    EXPECT_FALSE(bond_slots(config)) << "slot " << weak.slot << " " << weak.why;
    config = sound;
  }
  put(config, at::chip_options, 0x6504);
  EXPECT_FALSE(bond_slots(config)) << "IO protection is off";
}

TEST_F(BondSlotsOf, SealingWantsASlotThatOnlyTheBoundBoardUses) {
  ASSERT_TRUE(can_seal(config));
  for (const auto& [slot_bits, key_bits] :
       {std::pair{0x0089, 0x059c}, std::pair{0x2009, 0x059c}, std::pair{0x20c9, 0x059c}, std::pair{0x2089, 0x001c}}) {
    set(9, static_cast<std::uint16_t>(slot_bits), static_cast<std::uint16_t>(key_bits));
    EXPECT_FALSE(can_seal(config)) << std::hex << slot_bits << " " << key_bits;
  }
}

}  // namespace
}  // namespace signet::element
