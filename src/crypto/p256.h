// p256.h -- ECDSA and ECDH on NIST P-256 (FIPS 186-4, SP 800-56A). Numbers are big-endian, 32 bytes each.
#pragma once

#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace signet::crypto {

using PublicKey = Block<64>;  // X || Y
using Signature = Block<64>;  // R || S; high S is legal, the chip makes it
using PrivateKey = Secret<32>;

// A scalar from `random`, uniform in 1 .. n-1.
PrivateKey generate_private_key(Random& random);
// True when 1 <= key < n.
bool is_private_key(Bytes key);
// True when the point is on the curve and not at infinity.
bool is_public_key(const PublicKey& key);

PublicKey public_key_of(const PrivateKey& key);
Signature sign(const PrivateKey& key, const Digest& digest);
// False also for R or S of zero or not below n, and for a key that is not on the curve.
bool verify(const PublicKey& key, const Digest& digest, const Signature& signature);
// X of the shared point. malformed when `peer` is not on the curve.
Result<Secret<32>> ecdh(const PrivateKey& key, const PublicKey& peer);

// DER SEQUENCE { INTEGER r, INTEGER s } (RFC 3279 2.2.3): X.509 and TLS form. Strict: minimal, no negative, no excess.
Buffer encode_der(const Signature& signature);
Result<Signature> decode_der(Bytes der);

}  // namespace signet::crypto
