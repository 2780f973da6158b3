// Read 0x02, Write 0x12 [3.10, 2.5]. Encrypted reads and writes need GenDig, a later issue's command: without it the
// chip's state never permits them, so they answer 0f as on a chip whose host has not run it.
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

std::span<std::uint8_t> bytes_at(Chip& chip, const Place& place) {
  switch (place.zone) {
    case Zone::config: return std::span{chip.memory.config}.subspan(place.offset, place.inside());
    case Zone::otp: return std::span{chip.memory.data.otp}.subspan(place.offset, place.inside());
    case Zone::data: return chip.memory.data.slot(place.slot).subspan(place.offset, place.inside());
  }
  return {};
}

bool may_read(const Chip& chip, const Place& place) {
  if (place.zone == Zone::config) return true;
  if (!is_data_locked(chip.config())) return false;
  if (place.zone == Zone::otp) return true;
  const SlotConfig slot = slot_config(chip.config(), place.slot);
  return !key_config(chip.config(), place.slot).is_private && !slot.is_secret && !slot.encrypt_read;
}

bool may_write_config(const Chip& chip, const Place& place) {
  if (is_config_locked(chip.config())) return false;
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (!is_config_byte_writable(place.offset + i)) return false;  // [?] 0f; so is a block that touches such a byte
  }
  return true;
}

bool may_write_slot_by_rule(const Chip& chip, const Place& place) {
  const SlotConfig slot = slot_config(chip.config(), place.slot);
  if (slot.is_secret && !place.whole_block) return false;
  switch (slot.write_rule()) {
    case WriteRule::always: return true;
    case WriteRule::while_invalid:
      return is_public_p256(chip.config(), place.slot) && key_config(chip.config(), place.slot).pub_info &&
             !is_validated(chip, place.slot);
    case WriteRule::never:
    case WriteRule::encrypted: return false;
  }
  return false;
}

bool may_write_data(const Chip& chip, const Place& place) {
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config)) return false;
  if (!is_data_locked(config) && !place.whole_block) return false;
  if (place.zone == Zone::otp) return !is_data_locked(config);
  if (key_config(config, place.slot).is_private || is_slot_locked(config, place.slot)) return false;
  return !is_data_locked(config) || may_write_slot_by_rule(chip, place);
}

}  // namespace

Answer read(Chip& chip, const Command& command) {
  const auto place = place_of(command.param1, command.param2);
  if (!place || (command.param1 & zone_encrypted) != 0 || !command.data.empty()) return ChipStatus::parse_error;
  if (!may_read(chip, place.value())) return ChipStatus::execution_error;
  Buffer out = copy_of(bytes_at(chip, place.value()));
  out.resize(place.value().size());  // [?] a short last block is filled with zeros
  return out;
}

Answer write(Chip& chip, const Command& command) {
  const auto place = place_of(command.param1, command.param2);
  const bool encrypted = (command.param1 & zone_encrypted) != 0;
  if (!place) return ChipStatus::parse_error;
  if (encrypted && (place.value().zone == Zone::config || !place.value().whole_block)) return ChipStatus::parse_error;
  if (command.data.size() != place.value().size() + (encrypted ? 32 : 0)) return ChipStatus::parse_error;

  const bool config = place.value().zone == Zone::config;
  if (config ? !may_write_config(chip, place.value()) : !may_write_data(chip, place.value())) {
    return ChipStatus::execution_error;
  }
  if (encrypted) return ChipStatus::execution_error;
  const auto into = bytes_at(chip, place.value());
  std::copy_n(command.data.begin(), into.size(), into.begin());
  if (place.value().zone == Zone::data && place.value().offset < block_bytes)
    mark_unvalidated(chip, place.value().slot);
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
