// GenDig 0x15 [3.9]: TempKey becomes a digest of itself and something the chip keeps.
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t gen_dig_data_bytes = 4;
constexpr std::uint16_t nonce_last = 0x8000;          // zone 3: the shared nonce stands last
constexpr std::uint16_t nonce_param2_legal = 0x80ff;  // [?] the digest has no place for the other bits

// How many blocks, slots or counters a zone has; 0 for one that does not exist.
unsigned places_in(std::uint8_t zone) {
  switch (zone) {
    case mode::gen_dig_config: return config_bytes / block_bytes;
    case mode::gen_dig_otp: return otp_bytes / block_bytes;
    case mode::gen_dig_data:
    case mode::gen_dig_key_config: return slot_count;
    case mode::gen_dig_counter: return counter_count;
    default: return 0;
  }
}

bool is_legal_gen_dig(const Command& command) {
  const std::size_t size = command.data.size();
  if (command.param1 == mode::gen_dig_shared_nonce) {
    return size == block_bytes && (command.param2 & ~nonce_param2_legal) == 0;
  }
  const bool other_data = command.param1 == mode::gen_dig_data && size == gen_dig_data_bytes;
  return (size == 0 || other_data) && command.param2 < places_in(command.param1);
}

crypto::Digest with_block(const Chip& chip, const Command& command, Bytes zone) {
  const Bytes block = zone.subspan(command.param2 * block_bytes, block_bytes);
  return digest_of(chip.config(), block, head_of(command), Block<25>{}, chip.ram.temp_key.first_half());
}

crypto::Digest with_nonce(const Chip& chip, const Command& command) {
  Bytes first = command.data, last = chip.ram.temp_key.first_half();
  if ((command.param2 & nonce_last) != 0) std::swap(first, last);
  Head head = head_of(command);
  head[3] = 0;
  return digest_of(chip.config(), first, head, Block<25>{}, last);
}

// Zones 4 and 5: zeros first, and in the middle what the chip wants to attest.
crypto::Digest with_state(const Chip& chip, const Command& command) {
  Buffer middle = {0};
  Writer w{middle};
  if (command.param1 == mode::gen_dig_counter) {
    w.u32_le(counter_of(chip.config(), command.param2));
  } else {
    const unsigned slot = command.param2;
    w.u16_le(slot_config_bits(chip.config(), slot)).u16_le(key_config_bits(chip.config(), slot));
    w.u8(is_slot_locked(chip.config(), slot) ? 0 : 1);
  }
  middle.resize(25);
  return digest_of(chip.config(), Block<32>{}, head_of(command), middle, chip.ram.temp_key.first_half());
}

// [?] A NoMac key without the host's four bytes is taken with the command's own.
std::optional<crypto::Digest> with_slot(Chip& chip, const Command& command) {
  const unsigned slot = command.param2;
  const auto key = symmetric_key_in(chip, slot);
  if (!key || !use_key(chip, slot, {.binds_random = true})) return std::nullopt;
  const bool no_mac = slot_config(chip.config(), slot).no_mac;
  Head head = head_of(command);
  if (no_mac && !command.data.empty()) std::ranges::copy(command.data, head.begin());
  if (no_mac) chip.ram.temp_key.no_mac = true;
  return digest_of(chip.config(), *key, head, Block<25>{}, chip.ram.temp_key.first_half());
}

std::optional<crypto::Digest> digest_for(Chip& chip, const Command& command) {
  switch (command.param1) {
    case mode::gen_dig_config: return with_block(chip, command, chip.config());
    case mode::gen_dig_otp: return with_block(chip, command, chip.memory.data.otp);
    case mode::gen_dig_data: return with_slot(chip, command);
    case mode::gen_dig_shared_nonce: return with_nonce(chip, command);
    default: return with_state(chip, command);
  }
}

}  // namespace

Answer gen_dig(Chip& chip, const Command& command) {
  if (!is_legal_gen_dig(command)) return ChipStatus::parse_error;
  if (!is_config_locked(chip.config()) || !has_temp_key(chip)) return ChipStatus::execution_error;
  const auto digest = digest_for(chip, command);
  if (!digest) return ChipStatus::execution_error;

  const bool of_slot = command.param1 == mode::gen_dig_data;
  TempKey& temp = chip.ram.temp_key;
  put_digest(temp, *digest);
  temp.gen_dig = of_slot;
  temp.gen_key = false;
  temp.key_id = of_slot ? command.param2 : 0;
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
