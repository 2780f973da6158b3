// PrivWrite 0x46 [3.10, 2.5]: a private key that was made elsewhere.
#include "element/emulator/commands.h"
#include "element/emulator/formulas.h"
#include "element/emulator/policy.h"

namespace signet::element::emulator {
namespace {

constexpr std::size_t plain_bytes = 36;  // pad:4 key:32
constexpr std::size_t pad_bytes = 4;
constexpr std::size_t mac_bytes = 32;

bool may_write(const Chip& chip, unsigned slot, bool encrypted) {
  const ConfigZone& config = chip.config();
  if (!is_config_locked(config) || !is_private_p256(config, slot) || is_slot_locked(config, slot)) return false;
  return !is_data_locked(config) || (encrypted && slot_config(config, slot).may_priv_write());
}

using Plain = crypto::Secret<plain_bytes>;

// The last four bytes need more key than TempKey has: a digest of it.
Plain decrypt(Bytes cipher, Bytes key) {
  Plain plain{cipher.first<plain_bytes>()};
  crypto::Digest more = crypto::sha256(key);
  const auto out = plain.reveal_to_fill();
  for (std::size_t i = 0; i < plain_bytes; ++i) out[i] ^= i < 32 ? key[i] : more[i - 32];
  crypto::wipe(more);
  return plain;
}

}  // namespace

Answer priv_write(Chip& chip, const Command& command) {
  const bool encrypted = command.param1 == mode::priv_write_encrypted;
  if (!encrypted && command.param1 != mode::priv_write_clear) return ChipStatus::parse_error;
  if (command.param2 >= slot_count || command.data.size() != plain_bytes + mac_bytes) return ChipStatus::parse_error;

  const unsigned slot = command.param2;
  if (!may_write(chip, slot, encrypted)) return ChipStatus::execution_error;
  Plain plain{command.data.first<plain_bytes>()};
  if (encrypted) {
    const TempKey& temp = chip.ram.temp_key;
    if (!is_bound_to(temp, slot_config(chip.config(), slot).write_key)) return ChipStatus::execution_error;
    plain = decrypt(command.data, temp.first_half());
    const crypto::Digest mac =
        digest_of(chip.config(), temp.first_half(), head_of(command), Block<21>{}, plain.reveal());
    if (!crypto::constant_time_equal(mac, command.data.subspan(plain_bytes))) return chip.refuse_mac();
  }
  const Bytes key = Bytes{plain.reveal()}.subspan(pad_bytes);
  if (!crypto::is_private_key(key)) return ChipStatus::ecc_fault;
  const auto into = chip.memory.data.slot(slot);
  std::ranges::fill(into, std::uint8_t{0});
  std::ranges::copy(key, into.begin() + pad_bytes);
  chip.ram.temp_key = {};
  return ChipStatus::ok;
}

}  // namespace signet::element::emulator
