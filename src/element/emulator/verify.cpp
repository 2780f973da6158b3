// Verify 0x45 [3.5]. [?] ValidateExternal (mode 1) answers 03: the chip would have to find the key inside an X.509
// certificate, as X509format says. Without that, whoever has any digest signed by the parent could make any key valid.
#include "element/emulator/commands.h"
#include "element/emulator/io_protection.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t kind_mask = 0x07;
constexpr std::size_t verify_data_bytes = 19;

struct Kind {
  std::uint8_t mode;
  std::uint8_t legal_bits;  // beside the mode
  std::size_t data_bytes;
};
constexpr std::uint8_t any_source = mode::verify_digest_buffer | mode::verify_mac;
constexpr Kind kinds[] = {
    {mode::verify_stored, any_source, 64},
    {mode::verify_external, any_source, 64 + 64},
    {mode::verify_validate, 0, 64 + verify_data_bytes},  // [?] no MAC: the status alone
    {mode::verify_invalidate, 0, 64 + verify_data_bytes},
};

bool is_legal_verify(const Command& command) {
  const std::uint8_t mode = command.param1 & kind_mask;
  const auto* kind = std::ranges::find(kinds, mode, &Kind::mode);
  if (kind == std::end(kinds) || (command.param1 & ~(kind_mask | kind->legal_bits)) != 0) return false;
  if (mode == mode::verify_external ? command.param2 != verify_key_p256 : command.param2 >= slot_count) return false;
  return command.data.size() == kind->data_bytes;
}

bool from_digest_buffer(const Command& command) { return (command.param1 & mode::verify_digest_buffer) != 0; }

// A key in a slot may judge signatures: it is one, it is validated where that is asked for, its rules permit.
std::optional<crypto::PublicKey> stored_key(Chip& chip, unsigned slot, bool over_temp_key) {
  if (!is_config_locked(chip.config())) return std::nullopt;
  const auto key = public_key_in(chip, slot);
  // ReqRandom speaks of TempKey: a message elsewhere cannot satisfy it.
  if (!key || !is_validated(chip, slot)) return std::nullopt;
  if (!use_key(chip, slot, {.binds_random = true, .has_temp_key = over_temp_key})) return std::nullopt;
  return key;
}

bool is_good(const crypto::PublicKey& key, const crypto::Digest& message, const Command& command) {
  return crypto::verify(key, message, Reader{command.data}.block<64>().value());
}

// What a MAC needs beside the message.
struct Witness {
  crypto::Secret<32> key;
  Bytes host_nonce;
};

std::optional<Witness> witness_for(Chip& chip, const Command& command) {
  const DigestBuffer& buffer = chip.ram.digest_buffer;
  const std::size_t offset = from_digest_buffer(command) ? 32 : 0;
  if (buffer.size < offset + 32) return std::nullopt;
  auto key = io_key(chip);
  if (!key) return std::nullopt;
  return Witness{std::move(*key), Bytes{buffer.bytes}.subspan(offset, 32)};
}

Answer verify_message(Chip& chip, const Command& command) {
  const bool external = (command.param1 & kind_mask) == mode::verify_external;
  const auto message = message_from(chip, from_digest_buffer(command));
  const auto key = external ? Reader{command.data.subspan(64)}.block<64>().value()
                            : stored_key(chip, command.param2, !from_digest_buffer(command));
  if (!message || !key || !crypto::is_public_key(*key)) return ChipStatus::execution_error;
  std::optional<Witness> witness;
  if ((command.param1 & mode::verify_mac) != 0) {
    witness = witness_for(chip, command);
    if (!witness) return ChipStatus::execution_error;
  }

  if (!from_digest_buffer(command)) chip.ram.temp_key = {};
  if (!is_good(*key, *message, command)) return ChipStatus::miscompare;
  if (!witness) return ChipStatus::ok;
  return copy_of(verify_mac(witness->key, *message, witness->host_nonce, command));
}

// The message that a chip with this serial number signs internally after GenKey has put a key's digest into TempKey:
// H(TK || 41 || Other[0..9] || SN8 || Other[10..13] || SN[0..1] || Other[14..18])
crypto::Digest validation_message(const Chip& chip, Bytes other) {
  const auto serial = serial_of(chip.config());
  Buffer input = copy_of(chip.ram.temp_key.first_half());
  Writer w{input};
  w.u8(static_cast<std::uint8_t>(Opcode::sign)).bytes(other.first(10)).u8(serial[8]).bytes(other.subspan(10, 4));
  w.bytes(Bytes{serial}.first(2)).bytes(other.subspan(14));
  return crypto::sha256(input);
}

// True when TempKey is the digest of just the key in this slot.
bool is_digest_of(const Chip& chip, unsigned slot) {
  const TempKey& temp = chip.ram.temp_key;
  return has_temp_key(chip) && temp.gen_key && temp.key_id == slot;
}

// [?] A slot lock does not stop it: it is no write of the host's.
Answer change_validity(Chip& chip, const Command& command) {
  const unsigned slot = command.param2;
  const bool invalidate = (command.param1 & kind_mask) == mode::verify_invalidate;
  const Bytes other = command.data.subspan(64);
  const bool says_invalidate = (other[17] & 1) != 0;  // as Sign's mode bit 0 put it into the message
  if (!is_config_locked(chip.config()) || !is_public_p256(chip.config(), slot)) return ChipStatus::execution_error;
  if (!key_config(chip.config(), slot).pub_info || !is_digest_of(chip, slot)) return ChipStatus::execution_error;
  if (says_invalidate != invalidate) return ChipStatus::execution_error;
  const auto parent = stored_key(chip, slot_config(chip.config(), slot).read_key, true);
  if (!parent || !crypto::is_public_key(*parent)) return ChipStatus::execution_error;

  const crypto::Digest message = validation_message(chip, other);
  chip.ram.temp_key = {};
  if (!is_good(*parent, message, command)) return ChipStatus::miscompare;
  std::uint8_t& first = chip.memory.data.slot(slot)[0];
  first = static_cast<std::uint8_t>((first & ~validity_mask) | (invalidate ? validity_invalid : validity_valid));
  return ChipStatus::ok;
}

}  // namespace

Answer verify(Chip& chip, const Command& command) {
  if (!is_legal_verify(command)) return ChipStatus::parse_error;
  const std::uint8_t kind = command.param1 & kind_mask;
  const bool validity = kind == mode::verify_validate || kind == mode::verify_invalidate;
  return validity ? change_validity(chip, command) : verify_message(chip, command);
}

}  // namespace signet::element::emulator
