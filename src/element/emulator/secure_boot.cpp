// SecureBoot 0x80 [3.13]
#include "element/emulator/commands.h"
#include "element/emulator/io_protection.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t kind_mask = 0x07;
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t signature_bytes = 64;

enum class BootMode : std::uint8_t { off = 0, full_both = 1, full_sig = 2, full_dig = 3 };

// The configuration's two bytes.
struct BootPolicy {
  BootMode mode;
  bool sets_latch;
  bool needs_random_nonce;
  unsigned stored_slot;  // of the digest or the signature
  unsigned key_slot;

  std::size_t stored_bytes() const { return mode == BootMode::full_sig ? signature_bytes : digest_bytes; }
};

BootPolicy policy_of(const ConfigZone& config) {
  const std::uint8_t low = config[at::secure_boot], high = config[at::secure_boot + 1];
  return {.mode = static_cast<BootMode>(low & 3),
          .sets_latch = (low & 0x08) != 0,
          .needs_random_nonce = (low & 0x10) != 0,
          .stored_slot = high & 0x0fu,
          .key_slot = static_cast<unsigned>(high >> 4)};
}

std::uint8_t kind_of(const Command& command) { return command.param1 & kind_mask; }
bool is_encrypted(const Command& command) { return (command.param1 & mode::secure_boot_encrypted) != 0; }

bool is_legal_secure_boot(const Command& command) {
  constexpr std::uint8_t legal = kind_mask | mode::secure_boot_prohibit | mode::secure_boot_encrypted;
  if ((command.param1 & ~legal) != 0 || kind_of(command) < mode::secure_boot_full || command.param2 != 0) return false;
  const bool digest_alone = kind_of(command) == mode::secure_boot_full_store;
  return command.data.size() == digest_bytes + (digest_alone ? 0 : signature_bytes);
}

bool is_permitted(const Chip& chip, const BootPolicy& policy, std::uint8_t kind) {
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config) || chip.boot_prohibited) return false;
  if (policy.mode == BootMode::off) return false;
  if (kind == mode::secure_boot_full) return true;
  const unsigned slot = policy.stored_slot;
  if (policy.mode == BootMode::full_both || key_config(config, slot).is_private) return false;
  if (slot_bytes(slot) < policy.stored_bytes()) return false;
  // WriteConfig is for Write: this slot is SecureBoot's own. A slot lock holds against it too.
  return kind == mode::secure_boot_full_store || !is_slot_locked(config, slot);
}

// What hides the digest and keys the MAC. [?] Only here does TempKey take part, so only here must it be random where
// the configuration asks for it.
std::optional<crypto::Secret<32>> wire_key(Chip& chip, const BootPolicy& policy) {
  if (!has_temp_key(chip) || (policy.needs_random_nonce && chip.ram.temp_key.from_input)) return std::nullopt;
  const auto key = io_key(chip);
  if (!key) return std::nullopt;
  return boot_key(*key, chip.ram.temp_key.first_half());
}

crypto::Digest digest_in(const Command& command, const std::optional<crypto::Secret<32>>& hidden_by) {
  auto digest = Reader{command.data}.block<digest_bytes>().value();
  for (std::size_t i = 0; hidden_by && i < digest.size(); ++i) digest[i] ^= hidden_by->reveal()[i];
  return digest;
}

struct Verdict {
  bool is_good;
  Bytes signature;  // none when digests were compared
};

// Nothing when there is no key to judge with.
std::optional<Verdict> judge(Chip& chip, const BootPolicy& policy, const Command& command,
                             const crypto::Digest& digest) {
  const Bytes stored = chip.memory.data.slot(policy.stored_slot);
  const bool by_store = kind_of(command) == mode::secure_boot_full_store;
  if (by_store && policy.mode == BootMode::full_dig) {
    return Verdict{crypto::constant_time_equal(stored.first(digest_bytes), digest), {}};
  }
  const auto key = public_key_in(chip, policy.key_slot);
  if (!key || !is_validated(chip, policy.key_slot) || !crypto::is_public_key(*key)) return std::nullopt;
  if (!use_key(chip, policy.key_slot)) return std::nullopt;
  const Bytes signature = by_store ? stored.first(signature_bytes) : command.data.subspan(digest_bytes);
  return Verdict{crypto::verify(*key, digest, Reader{signature}.block<signature_bytes>().value()), signature};
}

}  // namespace

Answer secure_boot(Chip& chip, const Command& command) {
  if (!is_legal_secure_boot(command)) return ChipStatus::parse_error;
  const BootPolicy policy = policy_of(chip.config());
  if (!is_permitted(chip, policy, kind_of(command))) return ChipStatus::execution_error;
  std::optional<crypto::Secret<32>> hidden_by;
  if (is_encrypted(command)) {
    hidden_by = wire_key(chip, policy);
    if (!hidden_by) return ChipStatus::execution_error;
  }
  const crypto::Digest digest = digest_in(command, hidden_by);
  const auto verdict = judge(chip, policy, command, digest);
  if (!verdict) return ChipStatus::execution_error;

  chip.ram.temp_key = {};
  if ((command.param1 & mode::secure_boot_prohibit) != 0) chip.boot_prohibited = true;  // [?] whatever the verdict
  if (!verdict->is_good) return ChipStatus::miscompare;
  if (kind_of(command) == mode::secure_boot_full_copy) {
    store_result(chip, policy.stored_slot, policy.mode == BootMode::full_sig ? verdict->signature : Bytes{digest});
  }
  if (policy.sets_latch) chip.latch = true;
  if (!hidden_by) return ChipStatus::ok;
  return copy_of(boot_mac(*hidden_by, digest, verdict->signature, command));
}

}  // namespace signet::element::emulator
