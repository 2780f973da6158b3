// io_protection.h -- where a computed secret may go, and the key that one host and one chip share [3.6, 4.1].
//
//   answer := cipher nonce:u8[32]          cipher block i = secret block i XOR SHA-256(key || nonce[16i .. 16i+15])
#pragma once

#include "element/emulator/chip.h"

namespace signet::element::emulator {

// Nothing when ChipOptions enables no such key, or when the rules of its slot forbid the use.
std::optional<crypto::Secret<32>> io_key(Chip& chip);

enum class SecretOutput : std::uint8_t { ecdh = 8, kdf = 10 };  // where in ChipOptions its two bits stand

// The answer that carries the secret, clear or encrypted; 0f when ChipOptions forbids this form.
// REQUIRES: one or two blocks of 32 bytes.
Answer give_secret(Chip& chip, SecretOutput what, bool encrypted, Bytes secret);

// H(IOkey || message || host nonce || R || S || 45 || mode || param2) [3.5]: this chip found that signature good.
// REQUIRES: the command's data begin with R and S.
crypto::Digest verify_mac(const crypto::Secret<32>& key, const crypto::Digest& message, Bytes host_nonce,
                          const Command& command);

// H(IOkey || TempKey) [3.13]: hides SecureBoot's digest and keys its MAC.
crypto::Secret<32> boot_key(const crypto::Secret<32>& key, Bytes temp_key);
// H(boot key || digest || [signature] || 80 || mode || param2)
crypto::Digest boot_mac(const crypto::Secret<32>& boot_key, const crypto::Digest& digest, Bytes signature,
                        const Command& command);

// [?] True for a slot that Write could fill in clear: a result computed from what a host chose must not be a way round
// WriteConfig.
bool may_store_result(const ConfigZone& config, unsigned slot);
// REQUIRES: secret fits the slot.
void store_result(Chip& chip, unsigned slot, Bytes secret);

}  // namespace signet::element::emulator
