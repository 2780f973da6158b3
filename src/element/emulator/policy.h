// policy.h -- what a slot's configuration permits, and the keys that slots hold.
#pragma once

#include "element/emulator/chip.h"

namespace signet::element::emulator {

bool is_private_p256(const ConfigZone& config, unsigned slot);
bool is_public_p256(const ConfigZone& config, unsigned slot);

// What the rules need to know of a use.
struct KeyUse {
  bool is_counted = true;     // GenKey's are not
  bool binds_random = false;  // ReqRandom applies: TempKey must be in the computation, and from the RNG
  bool has_temp_key = true;   // TempKey is in the computation
  bool authorises = false;    // a CheckMac that may open the transport lock
};

// The rules for every use of a key slot [3.2]: transport lock, latch, authorisation, random nonce, limited use. Counts
// a limited use. All that uses a key comes through here. REQUIRES: the configuration is locked.
[[nodiscard]] bool use_key(Chip& chip, unsigned slot, KeyUse use = {});

// [?] UseLock, the transport lock: until CheckMac has authorised with this slot, no key slot may be used for anything
// else. Opens until sleep or until a CheckMac fails.
std::optional<unsigned> transport_key(const ConfigZone& config);

// The first 32 bytes of a slot that is used as a symmetric key; nothing when it holds a private ECC key.
std::optional<Bytes> symmetric_key_in(const Chip& chip, unsigned slot);
// TempKey is valid and not the ephemeral ECC key, which serves ECDH alone.
bool has_temp_key(const Chip& chip);
// The same, and bit 2 of the mode says rightly whether it came from the host.
bool has_temp_key_as_said(const Chip& chip, std::uint8_t bits);
// GenDig was the last to change TempKey, with this slot, and the slot permits what depends on it.
bool is_bound_to(const TempKey& temp_key, unsigned slot);

// Nothing when the slot is of another kind or holds no valid key.
std::optional<crypto::PrivateKey> private_key_in(const Chip& chip, unsigned slot);
// Nothing when the slot is of another kind. The point may lie off the curve.
std::optional<crypto::PublicKey> public_key_in(const Chip& chip, unsigned slot);

// A public key with PubInfo must have been validated. The high nibble of its first byte tells.
inline constexpr std::uint8_t validity_mask = 0xf0;
inline constexpr std::uint8_t validity_valid = 0x50;
inline constexpr std::uint8_t validity_invalid = 0xa0;
bool is_validated(const Chip& chip, unsigned slot);
// After anything was written to the slot's first block. Does nothing to slots of another kind.
void mark_unvalidated(Chip& chip, unsigned slot);

// SN[8] SN[0] SN[1]: the three serial bytes that stand in most digests.
Block<3> serial_tail(const ConfigZone& config);

// The 32-byte message of Sign and Verify; nothing when its source is not valid.
std::optional<crypto::Digest> message_from(const Chip& chip, bool digest_buffer);

}  // namespace signet::element::emulator
