#include "element/atecc/bond.h"

#include "element/wire/command.h"

namespace signet::element {
namespace {

constexpr std::uint16_t io_protection_enabled = 1 << 1;  // of ChipOptions; bits 12-15 name the slot

constexpr unsigned rolls_itself = 0b0010;  // WriteConfig: no Write; DeriveKey from its own value

BondKey label(const BoardSecret& secret, std::string_view text) {
  Buffer info = copy_of(bytes_of(text));
  info.push_back(0x01);
  crypto::Digest key = crypto::hmac_sha256(secret.reveal(), info);
  BondKey out{std::span<const std::uint8_t, 32>{key}};
  crypto::wipe(key);
  return out;
}

std::uint8_t low(std::uint16_t value) { return static_cast<std::uint8_t>(value); }
std::uint8_t high(std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); }

// Kept secret, written in clear until it is locked, and no food for a MAC that a stranger may ask for.
bool can_hold_a_key(const ConfigZone& config, unsigned slot) {
  const SlotConfig rights = slot_config(config, slot);
  const KeyConfig key = key_config(config, slot);
  return !key.is_private && rights.is_secret && !rights.encrypt_read && rights.no_mac && key.lockable &&
         key.key_type != key_type_p256 && rights.write_rule() == WriteRule::always;
}

Error no_bond(std::string why) {
  return {Errc::conflict, "this element cannot be bound to a board: " + std::move(why)};
}

}  // namespace

BondKeys bond_keys_of(const BoardSecret& secret) {
  return {label(secret, "signet.bond.authorisation.v1"), label(secret, "signet.bond.io-protection.v1"),
          label(secret, "signet.bond.sealing.v1")};
}

BoardSecret transport_secret() {
  return BoardSecret{std::span<const std::uint8_t, 32>{crypto::sha256(bytes_of("signet.bond.transport.v1"))}};
}

Result<BondSlots> bond_slots(const ConfigZone& config) {
  if (!is_config_locked(config) || !is_data_locked(config)) return no_bond("it is not personalised");
  const std::uint16_t options = chip_options(config);
  if ((options & io_protection_enabled) == 0) return no_bond("its configuration has no IO protection key");
  BondSlots out;
  out.io_protection = options >> 12;
  if (!can_hold_a_key(config, out.io_protection)) {
    return no_bond("slot " + std::to_string(out.io_protection) + " is not fit for an IO protection key");
  }
  const KeyConfig identity = key_config(config, 0);
  if (!identity.req_auth) return out;
  if (identity.auth_key == out.io_protection) return no_bond("one slot is to hold two keys");
  // Without ReqRandom a recorded answer authorises again: its TempKey can be put back by a pass-through Nonce.
  if (!can_hold_a_key(config, identity.auth_key) || !key_config(config, identity.auth_key).req_random) {
    return no_bond("slot " + std::to_string(identity.auth_key) + " is not fit for an authorisation key");
  }
  out.authorisation = identity.auth_key;
  return out;
}

bool are_locked(const ConfigZone& config, const BondSlots& slots) {
  return is_slot_locked(config, slots.io_protection) &&
         (!slots.authorisation || is_slot_locked(config, *slots.authorisation));
}

bool can_seal(const ConfigZone& config) {
  const SlotConfig rights = slot_config(config, sealing_slot);
  const KeyConfig key = key_config(config, sealing_slot);
  return rights.is_secret && !rights.encrypt_read && rights.write_config == rolls_itself && !key.is_private &&
         key.req_auth;
}

// [3.3] H(RandOut || NumIn || 16 || mode || 00)
crypto::Digest nonce_temp_key(Bytes random_out, Bytes number_in, std::uint8_t nonce_mode) {
  crypto::Sha256 hash;
  hash.update(random_out);
  hash.update(number_in);
  hash.update(Block<3>{static_cast<std::uint8_t>(Opcode::nonce), nonce_mode, 0});
  return hash.finish();
}

// [3.11] H(key || TK || Other[0..3] || 0^8 || Other[4..6] || SN8 || Other[7..10] || SN[0..1] || Other[11..12])
crypto::Digest check_mac_response(const BondKey& key, const crypto::Digest& temp_key,
                                  const Block<check_mac_other_bytes>& other, const Block<serial_bytes>& serial) {
  const Bytes rest{other};
  crypto::Sha256 hash;
  hash.update(key.reveal());
  hash.update(temp_key);
  hash.update(rest.first(4));
  hash.update(Block<8>{});
  hash.update(rest.subspan(4, 3));
  hash.update(Bytes{serial}.subspan(8, 1));
  hash.update(rest.subspan(7, 4));
  hash.update(Bytes{serial}.first(2));
  hash.update(rest.subspan(11, 2));
  return hash.finish();
}

// [3.5] H(IOkey || message || hostnonce || R || S || 45 || mode || p2)
crypto::Digest verify_mac(const BondKey& key, const VerifyMacInput& input) {
  crypto::Sha256 hash;
  hash.update(key.reveal());
  hash.update(input.message);
  hash.update(input.host_nonce);
  hash.update(input.signature);
  hash.update(Block<4>{static_cast<std::uint8_t>(Opcode::verify), input.mode, low(input.param2), high(input.param2)});
  return hash.finish();
}

// [3.6] cipher XOR H(IOkey || OutNonce[0..15])
crypto::Secret<32> uncover(const BondKey& key, Bytes answer) {
  ENSURE(answer.size() == protected_answer_bytes);
  crypto::Sha256 hash;
  hash.update(key.reveal());
  hash.update(answer.subspan(32, 16));
  crypto::Digest pad = hash.finish();
  crypto::Secret<32> plain;
  for (std::size_t i = 0; i < pad.size(); ++i) plain.reveal_to_fill()[i] = answer[i] ^ pad[i];
  crypto::wipe(pad);
  return plain;
}

}  // namespace signet::element
