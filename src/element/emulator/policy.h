// policy.h -- what a slot's configuration permits, and the keys that slots hold.
#pragma once

#include "element/emulator/chip.h"

namespace signet::element::emulator {

bool is_private_p256(const ConfigZone& config, unsigned slot);
bool is_public_p256(const ConfigZone& config, unsigned slot);

// The rules for every use of a key slot: latch, authorisation, limited use. Counts a limited use.
[[nodiscard]] bool use_key(Chip& chip, unsigned slot);

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

// False when the slot demands a TempKey from the RNG and this is none.
bool is_random_enough(const Chip& chip, unsigned slot);

// SN[8] SN[0] SN[1]: the three serial bytes that stand in most digests.
Block<3> serial_tail(const ConfigZone& config);

// The 32-byte message of Sign and Verify; nothing when its source is not valid.
std::optional<crypto::Digest> message_from(const Chip& chip, bool digest_buffer);

}  // namespace signet::element::emulator
