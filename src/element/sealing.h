// sealing.h -- sealed bytes of the elements that can derive a key from a secret which never leaves them.
//   sealed := version:u8=1 salt[32] aead[size of plain + 16]           docs/formats/sealed.md
// Each blob has a key of its own: what the element makes of SHA-256("signet-seal-v1" || size of purpose:u8 || purpose
// || salt).
#pragma once

#include "crypto/aead.h"
#include "element/element.h"

#include <functional>

namespace signet::element {

inline constexpr std::size_t seal_salt_bytes = 32;
inline constexpr std::size_t seal_overhead_bytes = 1 + seal_salt_bytes + crypto::aead_tag_bytes;
inline constexpr std::size_t seal_plain_bytes_max = sealed_bytes_max - seal_overhead_bytes;

// Inside the element: HMAC-SHA256 under its sealing secret.
using DeriveSealKey = std::function<Result<crypto::AeadKey>(const crypto::Digest& of)>;

// malformed when the purpose is empty or over seal_purpose_bytes_max; too_large past seal_plain_bytes_max.
Result<Buffer> seal_with(const DeriveSealKey& derive, const Block<seal_salt_bytes>& fresh_salt,
                         std::string_view purpose, Bytes plain);
// corrupt for anything but what seal_with made under the same secret and purpose.
Result<Buffer> unseal_with(const DeriveSealKey& derive, std::string_view purpose, Bytes sealed);

}  // namespace signet::element
