#include "crypto/password.h"

#include <argon2.h>

namespace signet::crypto {
namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;

Status check_size(const std::string& what, std::size_t size) {
  if (size > password_bytes_max) return Error{Errc::too_large, "a " + what + " has at most 1024 characters"};
  if (size >= password_bytes_min) return {};
  return Error{Errc::malformed, "a " + what + " has at least " + std::to_string(password_bytes_min) + " characters"};
}

}  // namespace

Result<std::string> hash_password(std::string_view password, Random& random, const PasswordCost& cost) {
  TRY(check_size("password", password.size()));
  const auto salt = random.block<salt_bytes>();
  char encoded[160];
  const int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                         salt.data(), salt.size(), hash_bytes, encoded, sizeof encoded);
  if (code != ARGON2_OK) return Error{Errc::exhausted, std::string{"argon2id: "} + argon2_error_message(code)};
  return std::string{encoded};
}

bool verify_password(std::string_view password, const std::string& hash) {
  if (password.size() > password_bytes_max) return false;
  return argon2id_verify(hash.c_str(), password.data(), password.size()) == ARGON2_OK;
}

Result<Secret<32>> stretch(Bytes passphrase, const Block<stretch_salt_bytes>& salt, const StretchCost& cost) {
  TRY(check_size("passphrase", passphrase.size()));
  const StretchCost& most = stretch_cost_max;
  if (cost.passes == 0 || cost.lanes == 0) return Error{Errc::malformed, "argon2id: a cost of zero"};
  if (cost.passes > most.passes || cost.memory_kib > most.memory_kib || cost.lanes > most.lanes) {
    return Error{Errc::too_large, "argon2id: this would cost more than any file of ours asks for"};
  }
  Secret<32> key;
  const int code = argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, passphrase.data(), passphrase.size(),
                                     salt.data(), salt.size(), key.reveal_to_fill().data(), key.reveal().size());
  if (code != ARGON2_OK) {
    const bool of_cost = code == ARGON2_MEMORY_TOO_LITTLE;
    return Error{of_cost ? Errc::malformed : Errc::exhausted, std::string{"argon2id: "} + argon2_error_message(code)};
  }
  return key;
}

}  // namespace signet::crypto
