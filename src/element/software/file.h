// file.h -- the file of a software element: what is in it, and its bytes (docs/formats/software-element.md).
//   file  := "SGNTSOF1" cost:12 salt[16] nonce[12] aead[body]     key: argon2id(passphrase, salt, cost)
//   body  := bound:u8 identity_key[64] agreement_key[64] counter:u32 counter:u32 nonce[12] aead[keys] chain_size:u16
//   chain keys  := identity[32] agreement[32] sealing[32]               key: of the file's key and the board's secret
#pragma once

#include "crypto/aead.h"
#include "crypto/password.h"
#include "element/own.h"

#include <array>

namespace signet::element::software {

inline constexpr std::size_t file_bytes_max = 4096;

struct Header {
  crypto::StretchCost cost;
  Block<crypto::stretch_salt_bytes> salt{};
};

struct Keys {
  crypto::PrivateKey identity;
  crypto::PrivateKey agreement;
  crypto::Secret<32> sealing;
};

struct Body {
  bool bound = false;
  crypto::PublicKey identity{};
  crypto::PublicKey agreement{};
  std::array<std::uint32_t, own_counters> counters{};
  crypto::AeadNonce keys_nonce{};
  Buffer sealed_keys;
  std::vector<Buffer> chain;  // empty: none yet
};

// Without any key: malformed when this is no such file. The cost is within crypto::stretch_cost_max.
Result<Header> decode_header(Bytes file);
// corrupt when the key is another (a wrong passphrase) or the file was changed.
Result<Body> open_file(Bytes file, const crypto::AeadKey& key);
Buffer seal_file(const Header& header, const crypto::AeadNonce& fresh_nonce, const Body& body,
                 const crypto::AeadKey& key);

Result<Body> decode_body(Bytes body);
Buffer encode_body(const Body& body);

Buffer seal_keys(const Keys& keys, const crypto::AeadNonce& nonce, const crypto::AeadKey& key);
Result<Keys> open_keys(const Body& body, const crypto::AeadKey& key);
// The key of `keys`: what the passphrase opens, together with the board's secret once there is one.
crypto::AeadKey keys_key(const crypto::AeadKey& file_key, const BoardSecret* board);

}  // namespace signet::element::software
