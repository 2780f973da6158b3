// manager_identity.h -- what the manager is to the fleet: its name in claims, its signing key, and who will follow it.
#pragma once

#include "crypto/aead.h"
#include "crypto/p256.h"

#include <functional>
#include <string>

namespace signet::fleet {

inline constexpr const char* successor_key = "#ca";  // in the answer to #status
inline constexpr const char* trusts_key = "__ca";    // of the twin: which CAs a device trusts, as it says

struct ManagerIdentity {
  std::string server;  // hex SHA-256 of the manager's CA certificate
  std::function<Result<crypto::Signature>(const crypto::Digest&)> sign;
  crypto::AeadKey seal_key{};  // for secrets that the store must not know
  // While the CA is about to change, for boards: identity/successor.h as JSON, and the hex SHA-256 of the next CA.
  std::string successor{};
  std::string successor_name{};
};

}  // namespace signet::fleet
