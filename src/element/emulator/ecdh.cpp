// ECDH 0x43 [3.6]
#include "element/emulator/commands.h"
#include "element/emulator/io_protection.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t ecdh_target_mask = 0x0c;

struct Source {
  crypto::PrivateKey key;
  bool stays_inside = false;
};

std::optional<Source> source_of(Chip& chip, const Command& command) {
  if ((command.param1 & mode::ecdh_from_temp_key) != 0) {
    const TempKey& temp = chip.ram.temp_key;  // it stays there: [3.2] does not name ECDH among what uses TempKey up
    if (!temp.valid || !temp.is_private_key) return std::nullopt;
    return Source{crypto::PrivateKey{temp.first_half().first<32>()}};
  }
  const unsigned slot = command.param2;
  const SlotConfig rights = slot_config(chip.config(), slot);
  auto key = private_key_in(chip, slot);
  if (!key || !rights.may_ecdh() || !use_key(chip, slot)) return std::nullopt;
  return Source{std::move(*key), rights.ecdh_stays_inside()};
}

// [?] Into the odd slot of the pair: one that holds data and is not locked. Only where a private key's slot sends that
// key's results, or where Write could put them in clear: it must not be a way round WriteConfig.
Answer store(Chip& chip, unsigned slot, const crypto::Secret<32>& shared) {
  const ConfigZone& config = chip.config();
  const bool sent = is_private_p256(config, slot) && slot_config(config, slot).ecdh_stays_inside();
  slot |= 1;
  if (key_config(config, slot).is_private || is_slot_locked(config, slot)) return ChipStatus::execution_error;
  if (!sent && !may_store_result(config, slot)) return ChipStatus::execution_error;
  store_result(chip, slot, shared.reveal());
  return ChipStatus::ok;
}

Answer into_temp_key(Chip& chip, const crypto::Secret<32>& shared) {
  chip.ram.temp_key = {.valid = true};  // [?] Source 0
  std::ranges::copy(shared.reveal(), chip.ram.temp_key.bytes.begin());
  return ChipStatus::ok;
}

// [?] Only an output can be encrypted.
bool is_legal_ecdh(const Command& command) {
  constexpr std::uint8_t allowed = mode::ecdh_from_temp_key | mode::ecdh_encrypted | ecdh_target_mask;
  const std::uint8_t target = command.param1 & ecdh_target_mask;
  const bool encrypted = (command.param1 & mode::ecdh_encrypted) != 0;
  if ((command.param1 & ~allowed) != 0 || command.data.size() != 64) return false;
  if (encrypted && (target == mode::ecdh_to_slot || target == mode::ecdh_to_temp_key)) return false;
  const bool from_temp_key = (command.param1 & mode::ecdh_from_temp_key) != 0;
  const bool slot_named = !from_temp_key || target == mode::ecdh_to_slot;
  return command.param2 < slot_count || (!slot_named && command.param2 == no_slot);
}

// Where the result goes; nothing when the slot forbids it. The 508A's form, 0, leaves it to the slot. [?] A slot that
// keeps its result inside gives it to no other place.
std::optional<std::uint8_t> target_of(const Command& command, bool stays_inside) {
  const std::uint8_t target = command.param1 & ecdh_target_mask;
  if (target == 0) return stays_inside ? mode::ecdh_to_slot : mode::ecdh_to_output;
  if (stays_inside && target != mode::ecdh_to_slot) return std::nullopt;
  return target;
}

}  // namespace

Answer ecdh(Chip& chip, const Command& command) {
  if (!is_legal_ecdh(command)) return ChipStatus::parse_error;
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return ChipStatus::execution_error;
  const auto source = source_of(chip, command);
  if (!source) return ChipStatus::execution_error;
  const bool encrypted = (command.param1 & mode::ecdh_encrypted) != 0;
  const auto target = target_of(command, source->stays_inside);
  if (!target || (encrypted && target != mode::ecdh_to_output)) return ChipStatus::execution_error;
  const auto shared = crypto::ecdh(source->key, Reader{command.data}.block<64>().value());
  if (!shared) return ChipStatus::execution_error;

  if (target == mode::ecdh_to_slot) return store(chip, command.param2, shared.value());
  if (target == mode::ecdh_to_temp_key) return into_temp_key(chip, shared.value());
  return give_secret(chip, SecretOutput::ecdh, encrypted, shared.value().reveal());
}

}  // namespace signet::element::emulator
