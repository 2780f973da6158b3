// DeriveKey 0x1c [3.11, 2.2]: a slot's key becomes a digest of TempKey and itself (roll) or of its parent (create).
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t mac_bytes = 32;

// Which key the new one comes from; nothing when WriteConfig permits neither roll nor create.
std::optional<unsigned> parent_of(const ConfigZone& config, unsigned target) {
  const SlotConfig slot = slot_config(config, target);
  if (!slot.may_derive()) return std::nullopt;
  return slot.derives_from_parent() ? slot.write_key : target;
}

bool may_derive_into(const ConfigZone& config, unsigned slot) {
  return !key_config(config, slot).is_private && !is_slot_locked(config, slot);
}

// [?] A nonce from the RNG is needed when the parent demands one or the key that is to be made does.
bool is_random_enough(const Chip& chip, unsigned target) {
  return !key_config(chip.config(), target).req_random || !chip.ram.temp_key.from_input;
}

std::optional<Bytes> parent_key(Chip& chip, unsigned target) {
  const auto parent = parent_of(chip.config(), target);
  if (!parent || !is_random_enough(chip, target)) return std::nullopt;
  const auto key = symmetric_key_in(chip, *parent);
  if (!key || !use_key(chip, *parent, {.binds_random = true})) return std::nullopt;
  return key;
}

}  // namespace

Answer derive_key(Chip& chip, const Command& command) {
  if ((command.param1 & ~mode::derive_source_input) != 0 || command.param2 >= slot_count) {
    return ChipStatus::parse_error;
  }
  if (!command.data.empty() && command.data.size() != mac_bytes) return ChipStatus::parse_error;

  const unsigned target = command.param2;
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return ChipStatus::execution_error;
  if (!has_temp_key_as_said(chip, command.param1) || !may_derive_into(config, target)) {
    return ChipStatus::execution_error;
  }
  const auto parent = parent_key(chip, target);
  if (!parent) return ChipStatus::execution_error;
  // [?] A MAC that is demanded and missing is 0f, for the slot decides; one that is not demanded must be right.
  if (command.data.empty() && slot_config(config, target).derive_needs_mac()) return ChipStatus::execution_error;
  if (!command.data.empty()) {
    const crypto::Digest mac = digest_of(config, *parent, head_of(command));
    if (!crypto::constant_time_equal(mac, command.data)) return chip.refuse_mac();
  }
  crypto::Digest key = digest_of(config, *parent, head_of(command), Block<25>{}, chip.ram.temp_key.first_half());
  chip.memory.data.set(target, key);
  mark_unvalidated(chip, target);
  crypto::wipe(key);
  chip.ram.temp_key = {};
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
