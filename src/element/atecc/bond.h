// bond.h -- what a board and its element both know, and what each computes from it to prove so.
//
//   board secret S, 32 bytes in the board's fuses; label(S, text) = HMAC-SHA256(S, text 0x01)   [RFC 5869 2.3]
//     in the element   authorisation key   label(S, "signet.bond.authorisation.v1")
//                      IO protection key   label(S, "signet.bond.io-protection.v1")
//     on the board     sealing key         label(S, "signet.bond.sealing.v1")
//
// An element is open from the foundry to its first power-on: it holds the keys of transport_secret(), which is public.
// Which slots hold the two keys is read from the chip's configuration. Formulas: facts of the
// chip, 3.3, 3.5, 3.6, 3.11.
#pragma once

#include "crypto/p256.h"
#include "element/element.h"
#include "element/wire/config.h"

namespace signet::element {

using BondKey = crypto::Secret<32>;

inline constexpr unsigned authorisation_slot = 5;  // these three in our own profile; of the first two the driver reads
inline constexpr unsigned io_protection_slot = 6;  // from the configuration which they are
inline constexpr unsigned sealing_slot = 9;

struct BondKeys {
  BondKey authorisation;
  BondKey io_protection;
  BondKey sealing;
};
BondKeys bond_keys_of(const BoardSecret& secret);
// Known to everybody: what lies in the slots between the foundry and the first power-on.
BoardSecret transport_secret();

struct BondSlots {
  unsigned io_protection = 0;
  std::optional<unsigned> authorisation;  // none: a part whose keys ask for no authorisation
};
// conflict when the configuration has no slot for a bond, or one that could be read or could never be locked.
Result<BondSlots> bond_slots(const ConfigZone& config);
bool are_locked(const ConfigZone& config, const BondSlots& slots);
// True when the sealing slot is secret, rolled inside alone, and used by the bound board alone.
bool can_seal(const ConfigZone& config);

// What a random Nonce leaves in TempKey.
crypto::Digest nonce_temp_key(Bytes random_out, Bytes number_in, std::uint8_t nonce_mode);
inline constexpr std::size_t check_mac_other_bytes = 13;
crypto::Digest check_mac_response(const BondKey& key, const crypto::Digest& temp_key,
                                  const Block<check_mac_other_bytes>& other, const Block<serial_bytes>& serial);

struct VerifyMacInput {
  crypto::Digest message;
  Block<32> host_nonce;
  crypto::Signature signature;
  std::uint8_t mode = 0;
  std::uint16_t param2 = 0;
};
crypto::Digest verify_mac(const BondKey& key, const VerifyMacInput& input);

// Opens the answer of ECDH or KDF, 32 bytes and the chip's nonce of 32. A wrong key gives other bytes, not an error.
inline constexpr std::size_t protected_answer_bytes = 64;
// REQUIRES: answer.size() == protected_answer_bytes.
crypto::Secret<32> uncover(const BondKey& key, Bytes answer);

}  // namespace signet::element
