#include "element/emulator/io_protection.h"

#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t secret_block_bytes = 32;
constexpr std::size_t nonce_part_bytes = 16;

Buffer encrypt(Chip& chip, const crypto::Secret<32>& key, Bytes secret) {
  ENSURE(secret.size() == secret_block_bytes || secret.size() == 2 * secret_block_bytes);
  const auto nonce = chip.random().block<32>();
  Buffer out = copy_of(secret);
  for (std::size_t i = 0; i * secret_block_bytes < secret.size(); ++i) {
    crypto::Sha256 hash;
    hash.update(key.reveal());
    hash.update(Bytes{nonce}.subspan(i * nonce_part_bytes, nonce_part_bytes));
    crypto::Digest stream = hash.finish();
    for (std::size_t n = 0; n < stream.size(); ++n) out[i * secret_block_bytes + n] ^= stream[n];
    crypto::wipe(stream);
  }
  Writer{out}.bytes(nonce);
  return out;
}

}  // namespace

std::optional<crypto::Secret<32>> io_key(Chip& chip) {
  constexpr std::uint16_t enabled = 0x0002;
  const std::uint16_t options = chip_options(chip.config());
  const unsigned slot = options >> 12;
  if (!is_config_locked(chip.config()) || (options & enabled) == 0) return std::nullopt;
  if (key_config(chip.config(), slot).is_private || !use_key(chip, slot)) return std::nullopt;
  return crypto::Secret<32>{Bytes{chip.memory.data.slot(slot)}.first<32>()};
}

Answer give_secret(Chip& chip, SecretOutput what, bool encrypted, Bytes secret) {
  const unsigned form = chip_options(chip.config()) >> static_cast<unsigned>(what) & 3u;
  const bool allowed = form == 0 || (form == 1 && encrypted);  // 2 and 3: it never leaves the chip
  if (!allowed) return ChipStatus::execution_error;
  if (!encrypted) return copy_of(secret);
  const auto key = io_key(chip);
  if (!key) return ChipStatus::execution_error;
  return encrypt(chip, *key, secret);
}

crypto::Digest verify_mac(const crypto::Secret<32>& key, const crypto::Digest& message, Bytes host_nonce,
                          const Command& command) {
  crypto::Sha256 hash;
  for (const Bytes part : {Bytes{key.reveal()}, Bytes{message}, host_nonce, command.data.first(64)}) hash.update(part);
  hash.update(head_of(command));
  return hash.finish();
}

crypto::Secret<32> boot_key(const crypto::Secret<32>& key, Bytes temp_key) {
  crypto::Sha256 hash;
  hash.update(key.reveal());
  hash.update(temp_key);
  crypto::Digest digest = hash.finish();
  crypto::Secret<32> out{digest};
  crypto::wipe(digest);
  return out;
}

crypto::Digest boot_mac(const crypto::Secret<32>& boot_key, const crypto::Digest& digest, Bytes signature,
                        const Command& command) {
  crypto::Sha256 hash;
  for (const Bytes part : {Bytes{boot_key.reveal()}, Bytes{digest}, signature}) hash.update(part);
  hash.update(head_of(command));
  return hash.finish();
}

bool may_store_result(const ConfigZone& config, unsigned slot) {
  if (key_config(config, slot).is_private || is_slot_locked(config, slot)) return false;
  return slot_config(config, slot).write_rule() == WriteRule::always;
}

void store_result(Chip& chip, unsigned slot, Bytes secret) {
  chip.memory.data.set(slot, secret);
  mark_unvalidated(chip, slot);
}

}  // namespace signet::element::emulator
