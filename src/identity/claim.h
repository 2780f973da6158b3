// claim.h -- what an element signs to become somebody's, and what the manager answers.
//
//   statement := "signet.claim.v1" 0x00 field(server) field(account) field(workspace) field(device) field(dcn)
//                field(challenge, 32 bytes) expiry:u64be (microseconds since 1970)
//   field     := size:u16be bytes
//
// The tag and the lengths make one text mean one thing. The element signs SHA-256 of the statement.
#pragma once

#include "identity/certificate.h"

namespace signet::identity {

inline constexpr std::size_t claim_field_bytes_max = 255;
inline constexpr std::size_t claim_statement_bytes_max = 1536;  // five fields of 257, tag, challenge, expiry: 1343
inline constexpr std::size_t legacy_nonce_digits_max = 18;      // fits 63 bits
inline constexpr std::size_t receipt_bytes_max = 8192;
inline constexpr Seconds claim_lifetime{300};
inline constexpr Timestamp claim_expiry_max = no_expiry;

struct ClaimStatement {
  std::string server;  // fingerprint of the manager's CA, hex: a statement means one manager only
  std::string account;
  std::string workspace;
  std::string device;
  std::string dcn;
  Block<32> challenge{};
  Timestamp expiry{};
  bool operator==(const ClaimStatement&) const = default;
};

// REQUIRES: no field longer than claim_field_bytes_max; expiry from 1970 to claim_expiry_max.
Buffer encode(const ClaimStatement& statement);
// Every field is text of 1 to claim_field_bytes_max bytes. Whether the challenge lives is the caller's to judge.
Result<ClaimStatement> decode_claim_statement(Bytes bytes);

// The older form, `<dcn>:<nonce>:<128 hex digits>`, over SHA-256 of "<dcn>:<nonce>": binds no account, can be replayed.
struct LegacyBundle {
  std::string dcn;    // "sn" and 18 upper-case hex digits
  std::string nonce;  // decimal digits
  crypto::Signature signature;
};
Result<LegacyBundle> parse_legacy_bundle(std::string_view text);
crypto::Digest digest_of(const LegacyBundle& bundle);

// What the manager hands back: a compact JWS (ES256) over the statement's digest and its fields.
Result<std::string> make_receipt(const ClaimStatement& statement, Timestamp at, const SignDigest& manager_signs);
Result<ClaimStatement> check_receipt(std::string_view receipt, const crypto::PublicKey& manager_key);

}  // namespace signet::identity
