// keys.h -- the keys of a TPM element: where they are kept, how they are made.
#pragma once

#include "element/tpm/context.h"

namespace signet::element::tpm {

// Offsets from the identity's handle.
enum class Kept : std::uint32_t { identity = 0, agreement = 1, sealing = 2, bond = 3, bound = 4, parent = 5 };
inline constexpr std::uint32_t kept_count = 6;

inline TPM2_HANDLE handle_of(std::uint32_t base, Kept key) { return base + static_cast<std::uint32_t>(key); }
inline TPM2_HANDLE nv_of(std::uint32_t base, unsigned offset) { return (0x01800000 | (base & 0x003fffff)) + offset; }
inline constexpr unsigned nv_certificates = 2;

// Makes the key in the TPM and keeps it. The parent has no password, the bond none yet; the others have the policy
// PolicySecret(bond). Fine when it is there. REQUIRES: a session, the parent, and `bond` but for the bond itself.
Status make_parent(Context& context, std::uint32_t base);
Status make_key(Context& context, std::uint32_t base, Kept key, ESYS_TR bond);

Result<crypto::PublicKey> read_public_key(Context& context, ESYS_TR key);

// The bond gets its password under another handle, then the one without it is removed: that is the moment. A bond that
// is left under both handles after a power cut counts as open.
Status change_bond(Context& context, std::uint32_t base, ESYS_TR bond, const crypto::Digest& password);
crypto::Digest password_of(const BoardSecret& secret);

}  // namespace signet::element::tpm
