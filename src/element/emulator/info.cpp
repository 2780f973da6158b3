// Info 0x30 [3.3]
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

Answer key_valid(const Chip& chip, std::uint16_t slot) {
  if (slot >= slot_count) return ChipStatus::parse_error;
  if (key_config(chip.config(), slot).key_type != key_type_p256) return ChipStatus::execution_error;
  bool valid = private_key_in(chip, slot).has_value();
  if (const auto key = public_key_in(chip, slot)) valid = crypto::is_public_key(*key) && is_validated(chip, slot);
  return Buffer{valid, 0, 0, 0};
}

Answer state(const Chip& chip) {
  const TempKey& key = chip.ram.temp_key;
  const unsigned authorised = chip.ram.authorised.value_or(0);
  const unsigned flags = key.key_id | unsigned{key.from_input} << 4 | unsigned{key.gen_dig} << 5 |
                         unsigned{key.gen_key} << 6 | unsigned{key.no_mac} << 7;
  // [?] The EEPROM seed (bit 0) is taken as always valid.
  const unsigned more = unsigned{key.valid} << 7 | authorised << 3 | unsigned{chip.ram.authorised.has_value()} << 2 |
                        unsigned{chip.ram.random_seeded} << 1 | 1;
  return Buffer{static_cast<std::uint8_t>(flags), static_cast<std::uint8_t>(more), 0, 0};
}

Answer latch(Chip& chip, std::uint16_t param2) {
  if (param2 > 3) return ChipStatus::parse_error;
  if ((param2 & 2) != 0) {
    const std::uint8_t permission = chip.config()[at::volatile_key];
    const bool set = (param2 & 1) != 0;
    if ((permission & 0x80) == 0) return ChipStatus::execution_error;
    if (set && chip.ram.authorised != (permission & 0x0fu)) return ChipStatus::execution_error;
    chip.latch = set;
  }
  return Buffer{chip.latch, 0, 0, 0};
}

}  // namespace

Answer info(Chip& chip, const Command& command) {
  if (!command.data.empty()) return ChipStatus::parse_error;
  switch (command.param1) {
    case mode::info_revision: return copy_of(Bytes{chip.config()}.subspan(at::revision, 4));
    case mode::info_key_valid: return key_valid(chip, command.param2);
    case mode::info_state: return state(chip);
    case mode::info_latch: return latch(chip, command.param2);
    default: return ChipStatus::parse_error;  // [?] 3, GPIO, exists on single-wire parts alone
  }
}

}  // namespace signet::element::emulator
