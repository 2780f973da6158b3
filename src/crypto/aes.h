// aes.h -- AES-128 on single blocks (FIPS 197) and GCM's multiplication (SP 800-38D 6.3).
//
// No mode of operation: these are the parts that a secure element offers and a host builds modes from.
#pragma once

#include "base/bytes.h"

namespace signet::crypto {

inline constexpr std::size_t aes_block_bytes = 16;
using AesBlock = Block<aes_block_bytes>;
using AesKey = std::span<const std::uint8_t, 16>;

AesBlock aes128_encrypt(AesKey key, const AesBlock& block);
AesBlock aes128_decrypt(AesKey key, const AesBlock& block);

// x * y in GF(2^128), bit order of GCM. Takes the same time for all values.
AesBlock ghash_multiply(const AesBlock& x, const AesBlock& y);

}  // namespace signet::crypto
