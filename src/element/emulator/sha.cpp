// SHA 0x47 [3.7]
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t sha_mode_mask = 0x07;
constexpr std::uint8_t sha_target_mask = 0xc0;
constexpr std::size_t update_bytes_max = 64;
constexpr std::size_t hmac_key_bytes = 32;

Answer start(Chip& chip, const Command& command) {
  if (!command.data.empty()) return ChipStatus::parse_error;
  chip.ram.sha = ShaContext{};
  chip.ram.hmac_outer.reset();
  return ChipStatus::ok;
}

Answer update(Chip& chip, const Command& command) {
  if (command.data.empty() || command.data.size() > update_bytes_max || command.param2 != command.data.size()) {
    return ChipStatus::parse_error;
  }
  if (!chip.ram.sha) return ChipStatus::execution_error;
  chip.ram.sha->update(command.data);
  return ChipStatus::ok;
}

Answer update_with_public_key(Chip& chip, const Command& command) {
  if (command.param2 >= slot_count || !command.data.empty()) return ChipStatus::parse_error;
  const auto key = public_key_in(chip, command.param2);
  if (!chip.ram.sha || !key || !is_config_locked(chip.config())) return ChipStatus::execution_error;
  chip.ram.sha->update(*key);
  return ChipStatus::ok;
}

std::optional<crypto::Secret<hmac_key_bytes>> hmac_key(Chip& chip, std::uint16_t param2) {
  using Key = crypto::Secret<hmac_key_bytes>;
  if (param2 == no_slot) {
    const auto part = chip.ram.temp_key.part(0, hmac_key_bytes);
    if (!part) return std::nullopt;
    return Key{part->first<hmac_key_bytes>()};
  }
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return std::nullopt;  // [?] like every keyed command
  if (key_config(config, param2).is_private || slot_config(config, param2).no_mac) return std::nullopt;
  if (!use_key(chip, param2)) return std::nullopt;
  return Key{chip.memory.data.slot(param2).first<hmac_key_bytes>()};
}

// RFC 2104: the key fills the first block of the inner and of the outer hash.
Answer hmac_start(Chip& chip, const Command& command) {
  if (command.param2 >= slot_count && command.param2 != no_slot) return ChipStatus::parse_error;
  if (!command.data.empty()) return ChipStatus::parse_error;
  const auto key = hmac_key(chip, command.param2);
  if (!key) return ChipStatus::execution_error;
  Block<64> inner{}, outer{};
  std::ranges::copy(key->reveal(), inner.begin());
  std::ranges::copy(key->reveal(), outer.begin());
  for (std::uint8_t& byte : inner) byte ^= 0x36;
  for (std::uint8_t& byte : outer) byte ^= 0x5c;
  chip.ram.sha.emplace().update(inner);
  chip.ram.hmac_outer.emplace().update(outer);
  crypto::wipe(inner);
  crypto::wipe(outer);
  return ChipStatus::ok;
}

void put_result(Chip& chip, std::uint8_t target, const crypto::Digest& result) {
  if (target == mode::sha_to_digest_buffer) {
    chip.ram.digest_buffer = {.size = result.size()};
    std::ranges::copy(result, chip.ram.digest_buffer.bytes.begin());
  } else if (target == mode::sha_to_temp_key) {
    chip.ram.temp_key = {.valid = true, .from_input = true};
    std::ranges::copy(result, chip.ram.temp_key.bytes.begin());
  }
}

Answer end(Chip& chip, const Command& command) {
  const std::uint8_t target = command.param1 & sha_target_mask;
  if (target == 0x80) return ChipStatus::parse_error;
  if (command.data.size() > update_bytes_max || command.param2 != command.data.size()) return ChipStatus::parse_error;
  if (!chip.ram.sha) return ChipStatus::execution_error;
  chip.ram.sha->update(command.data);
  crypto::Digest result = chip.ram.sha->finish();
  if (chip.ram.hmac_outer) {
    chip.ram.hmac_outer->update(result);
    result = chip.ram.hmac_outer->finish();
  }
  chip.ram.sha.reset();
  chip.ram.hmac_outer.reset();
  put_result(chip, target, result);
  return copy_of(result);
}

Answer read_context(Chip& chip, const Command& command) {
  if (!command.data.empty()) return ChipStatus::parse_error;
  if (!chip.ram.sha || chip.ram.hmac_outer)
    return ChipStatus::execution_error;  // an HMAC's state would give its key away
  return chip.ram.sha->encode();
}

Answer write_context(Chip& chip, const Command& command) {
  const std::size_t size = command.data.size();
  if (size < sha_context_bytes_min || size > sha_context_bytes_max || command.param2 != size) {
    return ChipStatus::parse_error;
  }
  const auto context = ShaContext::decode(command.data);
  if (!context) return ChipStatus::parse_error;
  chip.ram.sha = context.value();
  chip.ram.hmac_outer.reset();
  return ChipStatus::ok;
}

}  // namespace

Answer sha(Chip& chip, const Command& command) {
  const std::uint8_t kind = command.param1 & sha_mode_mask;
  const bool ends = kind == mode::sha_end || kind == mode::sha_hmac_end;
  const std::uint8_t legal = ends ? sha_mode_mask | sha_target_mask : sha_mode_mask;
  if ((command.param1 & ~legal) != 0) return ChipStatus::parse_error;
  switch (kind) {
    case mode::sha_start: return start(chip, command);
    case mode::sha_update: return update(chip, command);
    case mode::sha_public: return update_with_public_key(chip, command);
    case mode::sha_hmac_start: return hmac_start(chip, command);
    case mode::sha_read_context: return read_context(chip, command);
    case mode::sha_write_context: return write_context(chip, command);
    default: return end(chip, command);  // 2, and 5: the 508's end of an HMAC
  }
}

}  // namespace signet::element::emulator
