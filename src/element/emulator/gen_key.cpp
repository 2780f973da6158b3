// GenKey 0x40 [3.4]
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t gen_key_data_bytes = 3;

// TK = H(TK || 40 || three bytes || SN8 SN01 || 0^25 || X || Y)
void digest_into_temp_key(Chip& chip, Bytes three, const crypto::PublicKey& key, unsigned slot) {
  TempKey& temp = chip.ram.temp_key;
  const Head head = {static_cast<std::uint8_t>(Opcode::gen_key), three[0], three[1], three[2]};
  put_digest(temp, digest_of(chip.config(), temp.first_half(), head, Block<25>{}, key));
  temp.gen_key = true;
  temp.gen_dig = false;
  temp.key_id = slot;
}

// [?] ReqRandom speaks of the TempKey in the computation: only a digest has one. A digest is built upon a nonce, not
// upon the key that GenKey put there.
bool may_use(Chip& chip, unsigned slot, bool digest) {
  return (!digest || has_temp_key(chip)) && use_key(chip, slot, {.is_counted = false, .binds_random = digest});
}

Answer digest_of_stored(Chip& chip, const Command& command) {
  const unsigned slot = command.param2;
  const auto key = public_key_in(chip, slot);
  if (!key || !may_use(chip, slot, true)) return ChipStatus::execution_error;
  digest_into_temp_key(chip, command.data, *key, slot);
  return ChipStatus::ok;
}

Answer ephemeral(Chip& chip) {
  const crypto::PrivateKey key = crypto::generate_private_key(chip.random());
  chip.ram.temp_key = {.valid = true, .is_private_key = true};
  std::ranges::copy(key.reveal(), chip.ram.temp_key.bytes.begin());
  return copy_of(crypto::public_key_of(key));
}

bool may_replace(const ConfigZone& config, unsigned slot) {
  if (is_slot_locked(config, slot)) return false;
  return !is_data_locked(config) || slot_config(config, slot).may_gen_key();
}

Answer of_private(Chip& chip, const Command& command) {
  const unsigned slot = command.param2;
  const bool make = (command.param1 & mode::gen_key_private) != 0;
  const bool digest = (command.param1 & mode::gen_key_digest) != 0;
  if (!is_private_p256(chip.config(), slot) || !may_use(chip, slot, digest)) return ChipStatus::execution_error;
  if (!key_config(chip.config(), slot).pub_info) return ChipStatus::execution_error;
  if (make) {
    if (!may_replace(chip.config(), slot)) return ChipStatus::execution_error;
    const crypto::PrivateKey key = crypto::generate_private_key(chip.random());
    const auto into = chip.memory.data.slot(slot);
    std::ranges::fill(into, std::uint8_t{0});
    std::ranges::copy(key.reveal(), into.begin() + 4);
  }
  const auto key = private_key_in(chip, slot);
  if (!key) return ChipStatus::execution_error;
  const crypto::PublicKey pub = crypto::public_key_of(*key);
  if (digest) {
    const Block<3> three = {command.param1, static_cast<std::uint8_t>(command.param2),
                            static_cast<std::uint8_t>(command.param2 >> 8)};
    digest_into_temp_key(chip, three, pub, slot);
  }
  return copy_of(pub);
}

}  // namespace

Answer gen_key(Chip& chip, const Command& command) {
  const bool stored = command.param1 == mode::gen_key_stored_digest;
  const bool into_temp_key = command.param2 == no_slot && command.param1 == mode::gen_key_private;
  if (!stored && (command.param1 & ~(mode::gen_key_private | mode::gen_key_digest)) != 0) {
    return ChipStatus::parse_error;
  }
  if (command.data.size() != (stored ? gen_key_data_bytes : 0)) return ChipStatus::parse_error;
  if (command.param2 >= slot_count && !into_temp_key) return ChipStatus::parse_error;

  if (!is_config_locked(chip.config())) return ChipStatus::execution_error;
  if (into_temp_key) return ephemeral(chip);
  return stored ? digest_of_stored(chip, command) : of_private(chip, command);
}

}  // namespace signet::element::emulator
