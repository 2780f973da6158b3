// token.h -- P-256 keys in a PKCS#11 token (OASIS PKCS#11 2.40): made inside, never extractable, used by label.
#pragma once

#include "crypto/p256.h"

#include <memory>
#include <string>

namespace signet::crypto {

inline constexpr std::size_t token_label_bytes_max = 32;  // CK_TOKEN_INFO.label

class Token {
 public:
  // Initialises a token in the module's first free slot. conflict when a token of that label exists and has its PIN.
  // The officer's PIN must be random; the caller keeps it until create has answered, so that create can be run again
  // after a crash, and then throws it away: whoever can reset the user's PIN could use the keys.
  static Status create(const std::string& module_file, std::string_view label, const SecretBytes& pin,
                       const SecretBytes& officer_pin);

  // Opens the module, finds the token by label and signs in. not_found, unauthenticated (wrong PIN) or unavailable.
  static Result<std::unique_ptr<Token>> open(const std::string& module_file, std::string_view label,
                                             const SecretBytes& pin);
  ~Token();

  // The three calls below may come from several threads; the token serves one at a time.
  // A new pair: private, sensitive, not extractable, sign only. conflict when the label is taken. The public half of a
  // pair whose making was interrupted is removed first.
  Result<PublicKey> generate_key(std::string_view label);
  // not_found when either half is missing.
  Result<PublicKey> public_key(std::string_view label);
  // CKM_ECDSA over the digest; the private key stays in the token.
  Result<Signature> sign(std::string_view label, const Digest& digest);

 private:
  struct State;
  explicit Token(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::crypto
