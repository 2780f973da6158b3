// key_pem.h -- a P-256 private key as PKCS#8 PEM (RFC 5208, RFC 5915, RFC 7468), the form every TLS library reads.
#pragma once

#include "crypto/p256.h"

namespace signet::crypto {

inline constexpr std::size_t key_pem_bytes_max = 1024;

// "-----BEGIN PRIVATE KEY-----", with the public key inside. The text is the key: write it 0600 or keep it in memory.
std::string export_private_key_pem(const PrivateKey& key);
// Reads what export_private_key_pem wrote and nothing else; malformed too when the two keys inside do not match.
Result<PrivateKey> import_private_key_pem(std::string_view text);

}  // namespace signet::crypto
