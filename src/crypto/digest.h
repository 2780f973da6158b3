// digest.h -- SHA-256 (FIPS 180-4), SHA-1 (key identifiers, one-time codes), HMAC (RFC 2104).
#pragma once

#include "base/bytes.h"

#include <memory>

namespace signet::crypto {

using Digest = Block<32>;

Digest sha256(Bytes data);
Block<20> sha1(Bytes data);  // never for security: RFC 5280 key identifiers
Digest hmac_sha256(Bytes key, Bytes data);
Block<20> hmac_sha1(Bytes key, Bytes data);  // for RFC 6238 alone, where every authenticator has it

// For data that arrives in parts.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(Bytes data);
  Digest finish();  // once; afterwards only destroy or assign

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signet::crypto
