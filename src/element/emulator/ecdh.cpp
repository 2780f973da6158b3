// ECDH 0x43 [3.6]. The encrypted output (mode bit 1) belongs to a later issue and answers 03 till then.
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t target_mask = 0x0c;

bool is_clear_output_allowed(const ConfigZone& config) { return (chip_options(config) >> 8 & 3) == 0; }

struct Source {
  crypto::PrivateKey key;
  bool stays_inside = false;
};

std::optional<Source> source_of(Chip& chip, const Command& command) {
  if ((command.param1 & mode::ecdh_from_temp_key) != 0) {
    TempKey& temp = chip.ram.temp_key;
    if (!temp.valid || !temp.is_private_key) return std::nullopt;
    Source source{crypto::PrivateKey{temp.first_half().first<32>()}};
    temp = {};
    return source;
  }
  const unsigned slot = command.param2;
  const SlotConfig rights = slot_config(chip.config(), slot);
  auto key = private_key_in(chip, slot);
  if (!key || !rights.may_ecdh() || !use_key(chip, slot)) return std::nullopt;
  return Source{std::move(*key), rights.ecdh_stays_inside()};
}

// [?] Into the odd slot of the pair: one that holds data and is not locked. A key in TempKey has no slot of its own to
// say so; it goes where a private key's slot sends that key's results, or it would be a way round WriteConfig.
Answer store(Chip& chip, unsigned slot, const crypto::Secret<32>& shared) {
  if (!is_private_p256(chip.config(), slot) || !slot_config(chip.config(), slot).ecdh_stays_inside()) {
    return ChipStatus::execution_error;
  }
  slot |= 1;
  if (key_config(chip.config(), slot).is_private || is_slot_locked(chip.config(), slot)) {
    return ChipStatus::execution_error;
  }
  std::ranges::copy(shared.reveal(), chip.memory.data.slot(slot).begin());
  mark_unvalidated(chip, slot);
  return ChipStatus::ok;
}

}  // namespace

Answer ecdh(Chip& chip, const Command& command) {
  constexpr std::uint8_t legal = mode::ecdh_from_temp_key | target_mask;
  const bool from_temp_key = (command.param1 & mode::ecdh_from_temp_key) != 0;
  std::uint8_t target = command.param1 & target_mask;
  if ((command.param1 & ~legal) != 0 || command.data.size() != 64) return ChipStatus::parse_error;
  const bool slot_named = !from_temp_key || target == mode::ecdh_to_slot;
  if (command.param2 >= slot_count && (slot_named || command.param2 != no_slot)) return ChipStatus::parse_error;

  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return ChipStatus::execution_error;
  const auto source = source_of(chip, command);
  if (!source) return ChipStatus::execution_error;
  const bool compatible = target == 0;  // the 508A's form: where the slot says
  if (compatible) target = source->stays_inside ? mode::ecdh_to_slot : mode::ecdh_to_output;
  // [?] A slot that keeps its result inside gives it to no other place, and one that does not is not asked to.
  if (!from_temp_key && source->stays_inside != (target == mode::ecdh_to_slot)) return ChipStatus::execution_error;
  if (target == mode::ecdh_to_output && !is_clear_output_allowed(config)) return ChipStatus::execution_error;
  const auto shared = crypto::ecdh(source->key, Reader{command.data}.block<64>().value());
  if (!shared) return ChipStatus::execution_error;

  if (target == mode::ecdh_to_slot) return store(chip, command.param2, shared.value());
  if (target == mode::ecdh_to_output) return copy_of(shared.value().reveal());
  chip.ram.temp_key = {.valid = true};  // [?] Source 0
  std::ranges::copy(shared.value().reveal(), chip.ram.temp_key.bytes.begin());
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
