// certificate.h -- X.509 v3 certificates of P-256 keys (RFC 5280), read strictly and without OpenSSL.
#pragma once

#include "base/clock.h"
#include "crypto/p256.h"

#include <functional>
#include <optional>
#include <vector>

namespace signet::identity {

inline constexpr std::size_t certificate_bytes_max = 2048;
inline constexpr std::size_t name_attributes_max = 8;
inline constexpr std::size_t name_value_bytes_max = 255;
inline constexpr std::size_t extensions_max = 16;
inline constexpr std::size_t alternative_names_max = 16;
inline constexpr std::size_t pem_bytes_max = 64 * 1024;
inline constexpr Timestamp no_expiry = Timestamp{Seconds{253402300799}};  // 99991231235959Z, RFC 5280 4.1.2.5

// Bits of key_usage, RFC 5280 4.2.1.3.
inline constexpr std::uint16_t usage_digital_signature = 0x8000;
inline constexpr std::uint16_t usage_key_agreement = 0x0800;
inline constexpr std::uint16_t usage_key_cert_sign = 0x0400;
inline constexpr std::uint16_t usage_crl_sign = 0x0200;

struct Certificate {
  Buffer der;          // the whole, as received
  Buffer tbs;          // what the issuer signed
  Buffer serial;       // big-endian, without sign byte
  Buffer issuer_name;  // DER of the Name: compared byte for byte with the issuer's subject_name
  Buffer subject_name;
  std::string issuer_common_name;
  std::string subject_common_name;
  std::string subject_organization;
  std::string subject_unit;
  Timestamp not_before;
  Timestamp not_after;
  crypto::PublicKey public_key;
  crypto::Signature signature;
  bool is_ca = false;
  std::optional<std::uint32_t> path_length;
  std::optional<std::uint16_t> key_usage;
  std::optional<bool> client_auth;  // absent: no extended key usage (genuine parts have none)
  std::optional<bool> server_auth;
  std::vector<std::string> alternative_names;  // "dns:host", "ip:10.0.0.1", "ip:::1"; other kinds are left out
  std::optional<Block<20>> subject_key_id;
  std::optional<Block<20>> authority_key_id;
};

// Whoever holds a key: a PKCS#11 token, an element, or a key in memory.
using SignDigest = std::function<Result<crypto::Signature>(const crypto::Digest&)>;

// Strict DER; P-256 keys and ecdsa-with-SHA256 only; an unknown critical extension is refused. The signature is not
// checked: that needs the issuer.
Result<Certificate> parse_certificate(Bytes der);
// The subject's common name alone, of a certificate that parse_certificate has taken before.
Result<std::string> common_name_of_known(Bytes der);

// SHA-256 of the DER: the name under which the registry knows a certificate.
crypto::Digest fingerprint(const Certificate& certificate);

// Remembers which CA certificates were seen to verify: a manifest has many devices of few signers.
class KnownIssuers {
 public:
  bool knows(const Certificate& subject, const Certificate& issuer) const;
  void add(const Certificate& subject, const Certificate& issuer);

 private:
  std::vector<std::pair<crypto::Digest, crypto::Digest>> links_;
};

// Checks device <- signer <- root: names, signatures, key identifiers, CA flags, path lengths, key usage, and validity
// of each at `at`. The error names the link that failed: "signer: not valid before ...".
Status check_chain(const Certificate& device, const Certificate& signer, const Certificate& root, Timestamp at,
                   KnownIssuers* known = nullptr);
// The same with only a signer's issuer to trust (the registry keeps roots). Judges `issuer` as a CA, not its own
// issuer.
Status check_issued(const Certificate& subject, const Certificate& issuer, Timestamp at);
// "not valid before 2026-.. (the clock says 1970-..): is the clock right?" when `at` is outside.
Status check_validity(const Certificate& certificate, Timestamp at);

// Several lines of text for people, the same for the same certificate; the last line is the fingerprint.
std::string describe(const Certificate& certificate);

// RFC 7468. pem decoding takes exactly one object of that label, text around it ignored.
std::string pem(std::string_view label, Bytes der);
Result<Buffer> decode_pem(std::string_view label, std::string_view text);
// The texts of all certificates in `text`, one after the other, each to the end of its last line; none is read.
std::vector<std::string_view> certificate_texts(std::string_view text);
// Takes PEM or DER.
Result<Certificate> read_certificate(Bytes pem_or_der);

}  // namespace signet::identity
