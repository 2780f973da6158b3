// password.h -- argon2id (RFC 9106), parameters kept in the hash so that they can rise.
#pragma once

#include "crypto/random.h"

namespace signet::crypto {

inline constexpr std::size_t password_bytes_min = 12;
inline constexpr std::size_t password_bytes_max = 1024;

// "$argon2id$v=19$m=...": 19 MiB, 2 passes, 1 lane (OWASP's first choice for interactive login).
// malformed when shorter than password_bytes_min, too_large when longer than the maximum.
Result<std::string> hash_password(std::string_view password, Random& random);
bool verify_password(std::string_view password, const std::string& hash);

}  // namespace signet::crypto
