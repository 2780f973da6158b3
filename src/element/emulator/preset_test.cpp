#include "element/emulator/preset.h"

#include "element/emulator/chip_for_test.h"

#include <gtest/gtest.h>

namespace signet::element::emulator {
namespace {

struct PresetChip : TestChip {
  explicit PresetChip(Preset preset) { chip.memory = make_preset(preset, random); }
  std::string code() { return std::string{text_of(Bytes{chip.memory.data.otp}.first(8))}; }
};

TEST(EmulatorPreset, NamesThree) {
  EXPECT_EQ(preset_of("blank").value(), Preset::blank);
  EXPECT_EQ(preset_of("trustflex").value(), Preset::trustflex);
  EXPECT_EQ(preset_of("tngtls").value(), Preset::tngtls);
  EXPECT_EQ(preset_of("TrustFLEX").error().what, "there is no part \"TrustFLEX\": blank, trustflex or tngtls");
}

TEST(EmulatorPreset, BlankIsOpenAndSoldPartsAreLocked) {
  PresetChip blank{Preset::blank};
  EXPECT_FALSE(is_config_locked(blank.chip.config()) || is_data_locked(blank.chip.config()));
  EXPECT_EQ(i2c_address(blank.chip.config()), 0x60);
  PresetChip flex{Preset::trustflex};
  EXPECT_TRUE(is_config_locked(flex.chip.config()) && is_data_locked(flex.chip.config()));
  EXPECT_EQ(i2c_address(flex.chip.config()), 0x36);
  EXPECT_EQ(flex.code(), "MKMwyhP1");
  PresetChip tng{Preset::tngtls};
  EXPECT_TRUE(is_config_locked(tng.chip.config()) && is_data_locked(tng.chip.config()));
  EXPECT_EQ(i2c_address(tng.chip.config()), 0x35);
  EXPECT_EQ(tng.code(), "KQp2ZkD8");
}

TEST(EmulatorPreset, SoldPartsSignWithTheKeyTheyCameWith) {
  for (const Preset preset : {Preset::trustflex, Preset::tngtls}) {
    PresetChip part{preset};
    for (const std::uint16_t slot : std::array<std::uint16_t, 4>{0, 2, 3, 4}) {
      const Buffer key = part.ask(Opcode::gen_key, mode::gen_key_public, slot);
      ASSERT_EQ(key.size(), 64u) << slot;
      part.load_digest_buffer(sequence(1, 32));
      const Buffer signature = part.ask(Opcode::sign, mode::sign_external | mode::sign_digest_buffer, slot);
      ASSERT_EQ(signature.size(), 64u) << slot;
      EXPECT_TRUE(crypto::verify(Reader{key}.block<64>().value(), Reader{sequence(1, 32)}.block<32>().value(),
                                 Reader{signature}.block<64>().value()));
    }
    EXPECT_EQ(part.answer(Opcode::gen_key, mode::gen_key_private, 0), "0f") << "its identity cannot be replaced";
    EXPECT_EQ(part.kind(Opcode::gen_key, mode::gen_key_private, 2), "data") << "a secondary key can";
    EXPECT_EQ(part.answer(Opcode::sign, mode::sign_external | mode::sign_digest_buffer, 1), "0f")
        << "the key of the internal signatures signs nothing else";
  }
}

TEST(EmulatorPreset, TheIoProtectionKeyIsWrittenOnceAndLocked) {
  PresetChip part{Preset::trustflex};
  EXPECT_EQ(part.answer(Opcode::read, 0x82, 0x30), "0f");
  EXPECT_EQ(part.answer(Opcode::write, 0x82, 0x30, sequence(1, 32)), "00");
  EXPECT_EQ(part.answer(Opcode::lock, 0x82 | 6 << 2, 0), "00");
  EXPECT_EQ(part.answer(Opcode::write, 0x82, 0x30, sequence(2, 32)), "0f");
}

TEST(EmulatorPreset, CertificateSlotsAreEmpty) {
  for (const Preset preset : {Preset::trustflex, Preset::tngtls}) {
    PresetChip part{preset};
    for (const unsigned slot : {10u, 11u, 12u}) {
      EXPECT_EQ(part.answer(Opcode::read, 0x82, static_cast<std::uint16_t>(slot << 3)), hex(Buffer(32, 0xff)));
      EXPECT_EQ(part.answer(Opcode::write, 0x82, static_cast<std::uint16_t>(slot << 3), sequence(0, 32)), "00");
    }
  }
}

TEST(EmulatorPreset, ATlsPartHasALocalEui48InClear) {
  PresetChip part{Preset::tngtls};
  const std::string text{text_of(part.ask(Opcode::read, 0x82, 5 << 3))};
  EXPECT_EQ(text.substr(0, 2), "02");
  EXPECT_EQ(text.substr(0, 12).find_first_not_of("0123456789ABCDEF"), std::string::npos) << text;
}

}  // namespace
}  // namespace signet::element::emulator
