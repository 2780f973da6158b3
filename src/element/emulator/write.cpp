// Write 0x12 [3.10, 2.2, 2.5]
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t mac_bytes = 32;

bool may_write_config(const Chip& chip, const Place& place) {
  if (is_config_locked(chip.config())) return false;
  for (std::size_t i = 0; i < place.size(); ++i) {
    if (!is_config_byte_writable(place.offset + i)) return false;  // [?] 0f; so is a block that touches such a byte
  }
  return true;
}

bool may_write_slot_by_rule(const Chip& chip, const Place& place, bool encrypted) {
  const SlotConfig slot = slot_config(chip.config(), place.slot);
  if (slot.is_secret && !place.whole_block) return false;
  switch (slot.write_rule()) {
    case WriteRule::always: return !encrypted;  // [?] such a slot has no WriteKey to be encrypted with
    case WriteRule::while_invalid:
      return !encrypted && is_public_p256(chip.config(), place.slot) &&
             key_config(chip.config(), place.slot).pub_info && !is_validated(chip, place.slot);
    case WriteRule::encrypted: return encrypted;
    case WriteRule::never: return false;
  }
  return false;
}

bool may_write_data(const Chip& chip, const Place& place, bool encrypted) {
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config)) return false;
  if (!is_data_locked(config) && !place.whole_block) return false;
  if (place.zone == Zone::otp) return !is_data_locked(config);
  if (key_config(config, place.slot).is_private || is_slot_locked(config, place.slot)) return false;
  return !is_data_locked(config) || may_write_slot_by_rule(chip, place, encrypted);
}

// TempKey must come from GenDig with the WriteKey, whatever its source [?]. Before the data lock SlotConfig does not
// count, so any key serves [?]; OTP has none to name.
bool has_write_key(const Chip& chip, const Place& place) {
  const TempKey& temp = chip.ram.temp_key;
  if (!is_data_locked(chip.config())) return is_bound_to(temp, temp.key_id);
  return is_bound_to(temp, slot_config(chip.config(), place.slot).write_key);
}

void put(Chip& chip, const Place& place, Bytes bytes) {
  const auto into = bytes_at(chip.memory, place);
  std::copy_n(bytes.begin(), into.size(), into.begin());  // what exceeds a short last block is dropped
  if (place.zone == Zone::data && place.offset < block_bytes) mark_unvalidated(chip, place.slot);
}

Answer write_encrypted(Chip& chip, const Command& command, const Place& place) {
  if (!has_write_key(chip, place)) return ChipStatus::execution_error;
  const Bytes key = chip.ram.temp_key.first_half();
  crypto::Secret<block_bytes> plain{command.data.first<block_bytes>()};
  for (std::size_t i = 0; i < block_bytes; ++i) plain.reveal_to_fill()[i] ^= key[i];
  const crypto::Digest mac = digest_of(chip.config(), key, head_of(command), Block<25>{}, plain.reveal());
  if (!crypto::constant_time_equal(mac, command.data.subspan(block_bytes))) return chip.refuse_mac();
  put(chip, place, plain.reveal());
  chip.ram.temp_key = {};
  return ChipStatus::ok;
}

}  // namespace

Answer write(Chip& chip, const Command& command) {
  const auto place = place_of(command.param1, command.param2);
  const bool encrypted = (command.param1 & zone_encrypted) != 0;
  if (!place) return ChipStatus::parse_error;
  const Place& target = place.value();
  if (encrypted && (target.zone == Zone::config || !target.whole_block)) return ChipStatus::parse_error;
  if (command.data.size() != target.size() + (encrypted ? mac_bytes : 0)) return ChipStatus::parse_error;

  const bool config = target.zone == Zone::config;
  if (config ? !may_write_config(chip, target) : !may_write_data(chip, target, encrypted)) {
    return ChipStatus::execution_error;
  }
  if (encrypted) return write_encrypted(chip, command, target);
  put(chip, target, command.data);
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
