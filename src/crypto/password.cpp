#include "crypto/password.h"

#include <argon2.h>

namespace signet::crypto {
namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19 * 1024;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

}  // namespace

Result<std::string> hash_password(std::string_view password, Random& random) {
  if (password.size() < password_bytes_min) {
    return Error{Errc::malformed, "a password has at least " + std::to_string(password_bytes_min) + " characters"};
  }
  if (password.size() > password_bytes_max) return Error{Errc::too_large, "a password has at most 1024 characters"};
  const auto salt = random.block<salt_bytes>();
  char encoded[160];
  const int code = argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(), salt.data(),
                                         salt.size(), hash_bytes, encoded, sizeof encoded);
  if (code != ARGON2_OK) return Error{Errc::exhausted, std::string{"argon2id: "} + argon2_error_message(code)};
  return std::string{encoded};
}

bool verify_password(std::string_view password, const std::string& hash) {
  if (password.size() > password_bytes_max) return false;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

}  // namespace signet::crypto
