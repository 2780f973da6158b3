// Random 0x1b, Nonce 0x16 [3.3]
#include "element/emulator/commands.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint16_t return_temp_key = 0x8000;  // param2 of a random Nonce
constexpr std::uint8_t mode_mask = 0x03;
constexpr std::uint8_t target_mask = 0xc0;

Answer random_nonce(Chip& chip, const Command& command) {
  // [?] Target and size bits belong to the pass-through alone; with a random nonce they are illegal.
  if (command.param1 > 1 || command.data.size() != nonce_input_bytes) return ChipStatus::parse_error;
  if (command.param2 != 0 && command.param2 != return_temp_key) return ChipStatus::parse_error;

  Buffer out(32);
  chip.fill_random(out);
  Buffer input = out;
  Writer{input}.bytes(command.data).u8(static_cast<std::uint8_t>(Opcode::nonce)).u8(command.param1).u8(0);
  const crypto::Digest digest = crypto::sha256(input);
  chip.ram.temp_key = {.valid = true};
  std::ranges::copy(digest, chip.ram.temp_key.bytes.begin());
  if (command.param2 == return_temp_key) return copy_of(digest);
  return out;
}

Answer pass_through(Chip& chip, const Command& command) {
  const bool long_input = (command.param1 & mode::nonce_64_bytes) != 0;
  const std::uint8_t target = command.param1 & target_mask;
  if (target == target_mask || (long_input && target == mode::nonce_to_alternate_key)) return ChipStatus::parse_error;
  if (command.param2 != 0 || command.data.size() != (long_input ? 64u : 32u)) return ChipStatus::parse_error;

  if (target == mode::nonce_to_digest_buffer) {
    chip.ram.digest_buffer = {.size = command.data.size()};
    std::ranges::copy(command.data, chip.ram.digest_buffer.bytes.begin());
  } else if (target == mode::nonce_to_alternate_key) {
    chip.ram.alternate_key_valid = true;
    std::ranges::copy(command.data, chip.ram.alternate_key.begin());
  } else {
    chip.ram.temp_key = {.valid = true, .from_input = true, .has_upper_half = long_input};
    std::ranges::copy(command.data, chip.ram.temp_key.bytes.begin());
  }
  return ChipStatus::ok;
}

}  // namespace

Answer random(Chip& chip, const Command& command) {
  if (command.param1 > 1 || command.param2 != 0 || !command.data.empty()) return ChipStatus::parse_error;
  Buffer out(32);
  chip.fill_random(out);
  return out;
}

Answer nonce(Chip& chip, const Command& command) {
  constexpr std::uint8_t legal = mode_mask | mode::nonce_64_bytes | target_mask;
  if ((command.param1 & ~legal) != 0) return ChipStatus::parse_error;
  switch (command.param1 & mode_mask) {
    case mode::nonce_random:
    case mode::nonce_random_no_seed: return random_nonce(chip, command);
    case mode::nonce_pass_through: return pass_through(chip, command);
    default: return ChipStatus::parse_error;
  }
}

}  // namespace signet::element::emulator
