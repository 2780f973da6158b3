// Lock 0x17, Counter 0x24 [3.12, 2.5, 2.6]
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t kind_mask = 0x03;
constexpr std::uint8_t slot_mask = 0x3c;
constexpr std::uint8_t illegal_mask = 0x40;

// [?] A checksum that does not match is 0f: the lock is legal, the contents are not what the host believes.
bool crc_matches(const Command& command, std::uint16_t crc) {
  return (command.param1 & mode::lock_without_crc) != 0 || command.param2 == crc;
}

Answer lock_config_zone(Chip& chip, const Command& command) {
  if (is_config_locked(chip.config()) || !crc_matches(command, crc16(chip.config()))) {
    return ChipStatus::execution_error;
  }
  chip.memory.config[at::lock_config] = 0;
  return ChipStatus::ok;
}

Answer lock_data_zone(Chip& chip, const Command& command) {
  if (!is_config_locked(chip.config()) || is_data_locked(chip.config())) return ChipStatus::execution_error;
  if (!crc_matches(command, data_crc(chip.config(), chip.memory.data))) return ChipStatus::execution_error;
  chip.memory.config[at::lock_value] = 0;
  return ChipStatus::ok;
}

// [?] Does not wait for the data lock.
Answer lock_one_slot(Chip& chip, unsigned slot) {
  if (!is_config_locked(chip.config()) || is_slot_locked(chip.config(), slot)) return ChipStatus::execution_error;
  if (!key_config(chip.config(), slot).lockable) return ChipStatus::execution_error;
  std::uint8_t& byte = chip.memory.config[at::slot_locked + slot / 8];
  byte = static_cast<std::uint8_t>(byte & ~(1u << slot % 8));
  return ChipStatus::ok;
}

}  // namespace

Answer lock(Chip& chip, const Command& command) {
  const std::uint8_t kind = command.param1 & kind_mask;
  const std::uint8_t slot_bits = command.param1 & slot_mask;
  if ((command.param1 & illegal_mask) != 0 || !command.data.empty()) return ChipStatus::parse_error;
  if (kind != mode::lock_slot && slot_bits != 0) return ChipStatus::parse_error;
  switch (kind) {
    case mode::lock_config: return lock_config_zone(chip, command);
    case mode::lock_data: return lock_data_zone(chip, command);
    case mode::lock_slot: return lock_one_slot(chip, slot_bits >> 2);
    default: return ChipStatus::parse_error;
  }
}

Answer counter(Chip& chip, const Command& command) {
  if (command.param1 > mode::counter_increment || command.param2 >= counter_count || !command.data.empty()) {
    return ChipStatus::parse_error;
  }
  std::uint32_t value = counter_of(chip.config(), command.param2);
  if (command.param1 == mode::counter_increment) {
    if (value >= counter_max) return ChipStatus::execution_error;
    const auto offset = static_cast<std::ptrdiff_t>(at::counters + 8u * command.param2);
    std::ranges::copy(encode_counter(++value), chip.memory.config.begin() + offset);
  }
  Buffer out;
  Writer{out}.u32_le(value);
  return out;
}

}  // namespace signet::element::emulator
