// certificate.h -- X.509 v3 certificates of P-256 keys (RFC 5280), read strictly and without OpenSSL.
#pragma once

#include "base/clock.h"
#include "crypto/p256.h"

#include <optional>

namespace signet::identity {

inline constexpr std::size_t certificate_bytes_max = 2048;
inline constexpr Timestamp no_expiry = Timestamp{Seconds{253402300799}};  // 99991231235959Z, RFC 5280 4.1.2.5

struct Certificate {
  Buffer der;                   // the whole, as received
  Buffer tbs;                   // what the issuer signed
  Buffer serial;                // big-endian, without sign byte
  Buffer issuer_name;           // DER of the Name: compared byte for byte with the issuer's subject_name
  Buffer subject_name;
  std::string issuer_common_name;
  std::string subject_common_name;
  std::string subject_organization;
  Timestamp not_before;
  Timestamp not_after;
  crypto::PublicKey public_key;
  crypto::Signature signature;
  bool is_ca = false;
  std::optional<std::uint32_t> path_length;
  std::optional<std::uint16_t> key_usage;        // RFC 5280 bits, bit 0 (digitalSignature) = 0x8000
  std::optional<bool> client_auth;               // absent: no extended key usage (genuine parts have none)
  std::optional<Block<20>> subject_key_id;
  std::optional<Block<20>> authority_key_id;
};

// Strict DER; P-256 keys and ecdsa-with-SHA256 only; an unknown critical extension is refused.
Result<Certificate> parse_certificate(Bytes der);

// SHA-256 of the DER: the name under which the registry knows a certificate.
crypto::Digest fingerprint(const Certificate& certificate);

// Checks device <- signer <- root: names, signatures, key identifiers, CA flags, path lengths, key usage, and validity
// of each at `at`. The error names the link that failed: "signer: not valid before ...".
Status check_chain(const Certificate& device, const Certificate& signer, const Certificate& root, Timestamp at);
// The same with only a signer's issuer to trust (the registry keeps roots).
Status check_issued(const Certificate& subject, const Certificate& issuer, Timestamp at);
// "not valid before 2026-.. (the clock says 1970-..): is the clock right?" when `at` is outside.
Status check_validity(const Certificate& certificate, Timestamp at);

// RFC 7468. pem decoding takes exactly one object of that label, text around it ignored.
std::string pem(std::string_view label, Bytes der);
Result<Buffer> decode_pem(std::string_view label, std::string_view text);
// Takes PEM or DER.
Result<Certificate> read_certificate(Bytes pem_or_der);

}  // namespace signet::identity
