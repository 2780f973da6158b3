#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t private_key_offset = 4;  // [2.4] four pad bytes, then the key

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

bool use_key(Chip& chip, unsigned slot) {
  const KeyConfig key = key_config(chip.config(), slot);
  if (key.persistent_disable && !chip.latch) return false;
  if (key.req_auth && chip.ram.authorised != key.auth_key) return false;
  return !slot_config(chip.config(), slot).limited_use || count_limited_use(chip);
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

bool is_random_enough(const Chip& chip, unsigned slot) {
  if (!key_config(chip.config(), slot).req_random) return true;
  return chip.ram.temp_key.valid && !chip.ram.temp_key.from_input;
}

Block<3> serial_tail(const ConfigZone& config) {
  const auto serial = serial_of(config);
  return {serial[8], serial[0], serial[1]};
}

std::optional<crypto::Digest> message_from(const Chip& chip, bool digest_buffer) {
  const TempKey& key = chip.ram.temp_key;
  const DigestBuffer& buffer = chip.ram.digest_buffer;
  if (digest_buffer ? buffer.size == 0 : !key.valid || key.is_private_key) return std::nullopt;
  crypto::Digest out;
  std::ranges::copy(digest_buffer ? Bytes{buffer.bytes}.first(32) : key.first_half(), out.begin());
  return out;
}

}  // namespace signet::element::emulator
