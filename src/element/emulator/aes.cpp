// AES 0x51 [3.8]
#include "crypto/aes.h"
#include "element/emulator/commands.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::uint8_t kind_mask = 0x07;
constexpr std::size_t key_bytes = 16;
constexpr std::size_t temp_key_bytes = 64;

std::size_t key_offset(const Command& command) { return key_bytes * (command.param1 >> 6); }

bool is_legal_aes(const Command& command) {
  const std::uint8_t kind = command.param1 & kind_mask;
  const bool gfm = kind == mode::aes_gfm;
  if (kind > mode::aes_decrypt && !gfm) return false;
  // [?] GFM has no key: the bits that would choose one are illegal there, and the slot is not looked at.
  const std::uint8_t legal = gfm ? kind_mask : kind_mask | 0xc0;
  if ((command.param1 & ~legal) != 0 || command.data.size() != (gfm ? 2u : 1u) * crypto::aes_block_bytes) return false;
  if (command.param2 >= slot_count && command.param2 != no_slot) return false;
  const std::size_t room = command.param2 == no_slot ? temp_key_bytes : slot_bytes(command.param2);
  return key_offset(command) + key_bytes <= room;
}

// [?] A slot of another type is 0f, not 03.
std::optional<Bytes> key_of(Chip& chip, const Command& command) {
  if (command.param2 == no_slot) return chip.ram.temp_key.part(key_offset(command), key_bytes);
  const unsigned slot = command.param2;
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_data_locked(config)) return std::nullopt;
  const KeyConfig key = key_config(config, slot);
  if (key.is_private || key.key_type != key_type_aes || !use_key(chip, slot)) return std::nullopt;
  return Bytes{chip.memory.data.slot(slot)}.subspan(key_offset(command), key_bytes);
}

}  // namespace

Answer aes(Chip& chip, const Command& command) {
  if (!is_legal_aes(command)) return ChipStatus::parse_error;
  if ((chip.config()[at::aes_enable] & 1) == 0) return ChipStatus::execution_error;
  Reader in{command.data};
  const crypto::AesBlock block = in.block<crypto::aes_block_bytes>().value();
  const std::uint8_t kind = command.param1 & kind_mask;
  if (kind == mode::aes_gfm) {  // data = H || input
    return copy_of(crypto::ghash_multiply(block, in.block<crypto::aes_block_bytes>().value()));
  }
  const auto key = key_of(chip, command);
  if (!key) return ChipStatus::execution_error;
  const crypto::AesKey key_span = key->first<key_bytes>();
  return copy_of(kind == mode::aes_encrypt ? crypto::aes128_encrypt(key_span, block)
                                           : crypto::aes128_decrypt(key_span, block));
}

}  // namespace signet::element::emulator
