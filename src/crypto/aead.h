// aead.h -- AES-256-GCM (NIST SP 800-38D): secrecy, and certainty that nothing was changed.
//   sealed := ciphertext[size of plain] tag[16]      (the nonce is kept beside it by the caller)
#pragma once

#include "crypto/secret.h"

namespace signet::crypto {

inline constexpr std::size_t aead_nonce_bytes = 12;
inline constexpr std::size_t aead_tag_bytes = 16;

using AeadKey = Secret<32>;
using AeadNonce = Block<aead_nonce_bytes>;  // never twice under one key: both texts and the tag's key would be lost

// `context` is not kept, but must be the same again to open.
Buffer aead_seal(const AeadKey& key, const AeadNonce& nonce, Bytes context, Bytes plain);
// corrupt when key, nonce, context or one bit of `sealed` is another; nothing of the plain text is given away then.
Result<Buffer> aead_open(const AeadKey& key, const AeadNonce& nonce, Bytes context, Bytes sealed);

}  // namespace signet::crypto
