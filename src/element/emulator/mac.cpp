// MAC 0x08 [3.11]: proves that the chip knows a key.
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t legal = mode::mac_second_temp_key | mode::mac_first_temp_key | mode::mac_source_input |
                               mode::mac_otp_11 | mode::mac_otp_8 | mode::mac_full_serial;

MacTail tail_of(const Chip& chip, const Command& command) {
  const auto serial = serial_of(chip.config());
  const OtpZone& otp = chip.memory.data.otp;
  MacTail tail{.head = head_of(command)};
  if ((command.param1 & (mode::mac_otp_11 | mode::mac_otp_8)) != 0) std::copy_n(otp.begin(), 8, tail.otp_low.begin());
  if ((command.param1 & mode::mac_otp_11) != 0) std::copy_n(otp.begin() + 8, 3, tail.otp_high.begin());
  if ((command.param1 & mode::mac_full_serial) != 0) {
    std::copy_n(serial.begin() + 4, 4, tail.serial_high.begin());
    std::copy_n(serial.begin() + 2, 2, tail.serial_low.begin());
  }
  return tail;
}

std::optional<Bytes> key_for_mac(Chip& chip, unsigned slot, bool with_temp_key) {
  const auto key = symmetric_key_in(chip, slot);
  if (!key || slot_config(chip.config(), slot).no_mac) return std::nullopt;
  if (!use_key(chip, slot, {.binds_random = true, .has_temp_key = with_temp_key})) return std::nullopt;
  return key;
}

}  // namespace

Answer mac(Chip& chip, const Command& command) {
  const bool second_temp_key = (command.param1 & mode::mac_second_temp_key) != 0;
  const bool first_temp_key = (command.param1 & mode::mac_first_temp_key) != 0;
  if ((command.param1 & ~legal) != 0 || command.param2 >= slot_count) return ChipStatus::parse_error;
  if (command.data.size() != (second_temp_key ? 0 : block_bytes)) return ChipStatus::parse_error;

  if (!is_config_locked(chip.config())) return ChipStatus::execution_error;
  if (first_temp_key || second_temp_key) {
    if (!has_temp_key_as_said(chip, command.param1) || chip.ram.temp_key.no_mac) return ChipStatus::execution_error;
  }
  const Bytes temp = chip.ram.temp_key.first_half();
  const auto first = first_temp_key ? temp : key_for_mac(chip, command.param2, second_temp_key);
  if (!first) return ChipStatus::execution_error;
  const Bytes second = second_temp_key ? temp : command.data;
  const crypto::Digest digest = mac_of(chip.config(), *first, second, tail_of(chip, command));
  chip.ram.temp_key = {};
  return copy_of(digest);
}

}  // namespace signet::element::emulator
