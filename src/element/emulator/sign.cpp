// Sign 0x41 [3.5]
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

// The 55 bytes that an internal signature is over.
Buffer internal_message(const Chip& chip, const Command& command) {
  const TempKey& temp = chip.ram.temp_key;
  const ConfigZone& config = chip.config();
  const auto serial = serial_of(config);
  const bool full = (command.param1 & mode::sign_full_serial) != 0;
  const unsigned flags = temp.key_id | unsigned{temp.from_input} << 4 | unsigned{temp.gen_dig} << 5 |
                         unsigned{temp.gen_key} << 6 | unsigned{temp.no_mac} << 7;
  Buffer out = copy_of(temp.first_half());
  Writer w{out};
  w.u8(static_cast<std::uint8_t>(Opcode::sign)).u8(command.param1).u16_le(command.param2);
  w.u16_le(slot_config_bits(config, temp.key_id)).u16_le(key_config_bits(config, temp.key_id));
  w.u8(static_cast<std::uint8_t>(flags)).u16_le(0).u8(serial[8]);
  w.bytes(full ? Bytes{serial}.subspan(4, 4) : Bytes{Block<4>{}});
  w.bytes(Bytes{serial}.first(2));
  w.bytes(full ? Bytes{serial}.subspan(2, 2) : Bytes{Block<2>{}});
  w.u8(is_slot_locked(config, temp.key_id) ? 0 : 1).u8(command.param1 & mode::sign_invalidate).u8(0);
  return out;
}

std::optional<crypto::Digest> sign_message(const Chip& chip, const Command& command) {
  if ((command.param1 & mode::sign_external) != 0) {
    return message_from(chip, (command.param1 & mode::sign_digest_buffer) != 0);
  }
  const TempKey& temp = chip.ram.temp_key;
  if (!temp.valid || (!temp.gen_dig && !temp.gen_key)) return std::nullopt;
  return crypto::sha256(internal_message(chip, command));
}

bool are_sign_bits_legal(std::uint8_t bits) {
  constexpr std::uint8_t external = mode::sign_external | mode::sign_full_serial | mode::sign_digest_buffer;
  constexpr std::uint8_t internal = mode::sign_full_serial | mode::sign_invalidate;
  return (bits & ~((bits & mode::sign_external) != 0 ? external : internal)) == 0;
}

}  // namespace

Answer sign(Chip& chip, const Command& command) {
  if (!are_sign_bits_legal(command.param1) || command.param2 >= slot_count || !command.data.empty()) {
    return ChipStatus::parse_error;
  }
  const unsigned slot = command.param2;
  const bool external = (command.param1 & mode::sign_external) != 0;
  if (!is_config_locked(chip.config())) return ChipStatus::execution_error;
  const SlotConfig rights = slot_config(chip.config(), slot);
  if (external ? !rights.may_sign_external() : !rights.may_sign_internal()) return ChipStatus::execution_error;
  const auto key = private_key_in(chip, slot);
  const auto message = sign_message(chip, command);
  if (!key || !message || !use_key(chip, slot)) return ChipStatus::execution_error;

  if ((command.param1 & mode::sign_digest_buffer) == 0) chip.ram.temp_key = {};
  return copy_of(crypto::sign(*key, *message));
}

}  // namespace signet::element::emulator
