// password.h -- argon2id (RFC 9106), parameters kept in the hash so that they can rise.
#pragma once

#include "crypto/random.h"
#include "crypto/secret.h"

namespace signet::crypto {

inline constexpr std::size_t password_bytes_min = 12;
inline constexpr std::size_t password_bytes_max = 1024;

// What one guess at a password costs: OWASP's first choice for interactive login.
struct PasswordCost {
  std::uint32_t passes = 2;
  std::uint32_t memory_kib = 19 * 1024;
  std::uint32_t lanes = 1;
};
inline constexpr PasswordCost cheap_password_for_test{1, 8, 1};  // for tests that are about something else

// "$argon2id$v=19$m=...". malformed when shorter than password_bytes_min, too_large when longer than the maximum.
Result<std::string> hash_password(std::string_view password, Random& random, const PasswordCost& cost = {});
bool verify_password(std::string_view password, const std::string& hash);

// What one guess costs. The limits keep a foreign file from asking for a computer's whole memory.
struct StretchCost {
  std::uint32_t passes = 3;  // RFC 9106 section 4, second choice
  std::uint32_t memory_kib = 64 * 1024;
  std::uint32_t lanes = 4;
  bool operator==(const StretchCost&) const = default;
};
inline constexpr StretchCost stretch_cost_max{16, 1024 * 1024, 16};
inline constexpr std::size_t stretch_salt_bytes = 16;

// A key from a passphrase, argon2id. malformed or too_large for a passphrase outside the limits above, or a cost of
// zero or over the maximum; exhausted when there is not that much memory.
Result<Secret<32>> stretch(Bytes passphrase, const Block<stretch_salt_bytes>& salt, const StretchCost& cost);

}  // namespace signet::crypto
