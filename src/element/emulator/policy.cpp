#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t use_lock_enabled = 0x0a;  // bits 0-3 of the UseLock byte
constexpr std::size_t private_key_offset = 4;    // [2.4] four pad bytes, then the key

// [2.6] The match value is the first word of the slot that CountMatch names; without one the counter's end is the
// limit.
std::uint32_t limited_use_end(const Chip& chip) {
  const std::uint8_t count_match = chip.config()[at::count_match];
  if ((count_match & 1) == 0) return counter_max;
  const std::uint32_t match = Reader{chip.memory.data.slot(count_match >> 4)}.u32_le().value();
  return std::min(match, counter_max);
}

bool count_limited_use(Chip& chip) {
  const std::uint32_t used = counter_of(chip.config(), 0);
  if (used >= limited_use_end(chip)) return false;
  std::ranges::copy(encode_counter(used + 1), chip.memory.config.begin() + at::counters);
  return true;
}

}  // namespace

bool is_private_p256(const ConfigZone& config, unsigned slot) {
  const KeyConfig key = key_config(config, slot);
  return key.is_private && key.key_type == key_type_p256;
}

bool is_public_p256(const ConfigZone& config, unsigned slot) {
  const KeyConfig key = key_config(config, slot);
  return !key.is_private && key.key_type == key_type_p256 && slot >= first_public_key_slot;
}

std::optional<unsigned> transport_key(const ConfigZone& config) {
  const std::uint8_t use_lock = config[at::use_lock];
  if ((use_lock & 0x0f) != use_lock_enabled) return std::nullopt;
  return use_lock >> 4;
}

bool use_key(Chip& chip, unsigned slot, KeyUse use) {
  const KeyConfig key = key_config(chip.config(), slot);
  const auto transport = transport_key(chip.config());
  const bool opens = use.authorises && transport == slot;
  if (transport && !chip.ram.transport_open && !opens) return false;
  if (key.persistent_disable && !chip.latch) return false;
  if (key.req_auth && chip.ram.authorised != key.auth_key) return false;
  if (key.req_random && use.binds_random) {
    if (!use.has_temp_key || !has_temp_key(chip) || chip.ram.temp_key.from_input) return false;
  }
  return !use.is_counted || !slot_config(chip.config(), slot).limited_use || count_limited_use(chip);
}

std::optional<Bytes> symmetric_key_in(const Chip& chip, unsigned slot) {
  if (key_config(chip.config(), slot).is_private) return std::nullopt;
  return chip.memory.data.slot(slot).first(32);
}

bool has_temp_key(const Chip& chip) { return chip.ram.temp_key.valid && !chip.ram.temp_key.is_private_key; }

bool has_temp_key_as_said(const Chip& chip, std::uint8_t bits) {
  return has_temp_key(chip) && chip.ram.temp_key.from_input == ((bits & mode::mac_source_input) != 0);
}

bool is_bound_to(const TempKey& temp_key, unsigned slot) {
  return temp_key.valid && temp_key.gen_dig && temp_key.key_id == slot && !temp_key.no_mac;
}

std::optional<crypto::PrivateKey> private_key_in(const Chip& chip, unsigned slot) {
  if (!is_private_p256(chip.config(), slot)) return std::nullopt;
  const Bytes key = chip.memory.data.slot(slot).subspan(private_key_offset, 32);
  if (!crypto::is_private_key(key)) return std::nullopt;
  return crypto::PrivateKey{key.first<32>()};
}

std::optional<crypto::PublicKey> public_key_in(const Chip& chip, unsigned slot) {
  if (!is_public_p256(chip.config(), slot)) return std::nullopt;
  return key_in_slot(chip.memory.data.slot(slot));
}

bool is_validated(const Chip& chip, unsigned slot) {
  if (!key_config(chip.config(), slot).pub_info) return true;
  return (chip.memory.data.slot(slot)[0] & validity_mask) == validity_valid;
}

void mark_unvalidated(Chip& chip, unsigned slot) {
  if (!is_public_p256(chip.config(), slot) || !key_config(chip.config(), slot).pub_info) return;
  std::uint8_t& first = chip.memory.data.slot(slot)[0];
  first = static_cast<std::uint8_t>((first & ~validity_mask) | validity_invalid);
}

Block<3> serial_tail(const ConfigZone& config) {
  const auto serial = serial_of(config);
  return {serial[8], serial[0], serial[1]};
}

std::optional<crypto::Digest> message_from(const Chip& chip, bool digest_buffer) {
  const DigestBuffer& buffer = chip.ram.digest_buffer;
  if (digest_buffer ? buffer.size == 0 : !has_temp_key(chip)) return std::nullopt;
  crypto::Digest out;
  std::ranges::copy(digest_buffer ? Bytes{buffer.bytes}.first(32) : chip.ram.temp_key.first_half(), out.begin());
  return out;
}

}  // namespace signet::element::emulator
