// profile.h -- the certificates we make: Microchip's profiles, byte layout included, plus our manager's and enrolled
// ones.
//
//   root    40 years, CA, no key usage      signer  31 years, CA pathlen 0, digitalSignature keyCertSign cRLSign
//   device  28 years, subject O + CN sn0123..01, digitalSignature keyAgreement, no extended key usage
// notBefore is a full hour, UTCTime until 2049 and GeneralizedTime after; notAfter of these three is always
// GeneralizedTime. Serial numbers are 16 bytes derived from SHA-256(public key || compressed date), top bits 01
// (source 0xA of the compressed format). docs/formats/certificates.md has every byte.
#pragma once

#include "identity/certificate.h"

namespace signet::identity {

inline constexpr std::size_t organization_bytes_max = 48;  // a CN holds 64, and "NAME Signer F600" must fit
inline constexpr std::size_t common_name_bytes_max = 64;   // RFC 5280 appendix A, ub-common-name
inline constexpr std::size_t server_names_max = 8;
inline constexpr std::string_view log_signer_suffix = " Log Signer";

struct Organization {
  std::string name = "Signet";
};

// Every issue_ call: `at` is cut to its hour; malformed when a name does not fit; unavailable when the key's holder
// answers with a signature that does not verify with the issuer's key.

// Root "NAME Root CA", signers "NAME Signer F600": `signer_id` is those 4 hex digits, e.g. 0xF600.
Result<Certificate> issue_root(const crypto::PublicKey& key, const Organization& organization, Timestamp at,
                               const SignDigest& sign);
Result<Certificate> issue_signer(const crypto::PublicKey& key, std::uint16_t signer_id, const Certificate& root,
                                 Timestamp at, const SignDigest& root_signs);
// `dcn` is "sn" and 18 upper-case hex digits; see element::dcn_of.
Result<Certificate> issue_device(const crypto::PublicKey& key, std::string_view dcn, const Certificate& signer,
                                 Timestamp at, const SignDigest& signer_signs);

// The log signer: signs manifests. digitalSignature only, not a CA, 31 years, CN "NAME Log Signer". Issued by the root
// itself, so that who has the root can judge a manifest.
Result<Certificate> issue_log_signer(const crypto::PublicKey& key, const Certificate& root, Timestamp at,
                                     const SignDigest& root_signs);

// The manager's own small PKI: a CA of 40 years, and server certificates below it (EKU serverAuth, SAN dns / ip) of 825
// days, the longest that common clients take: the manager makes itself a new one when it starts.
Result<Certificate> issue_manager_ca(const crypto::PublicKey& key, std::string_view common_name, Timestamp at,
                                     const SignDigest& sign);
Result<Certificate> issue_server(const crypto::PublicKey& key, const std::vector<std::string>& names,
                                 const Certificate& ca, Timestamp at, const SignDigest& ca_signs);
// Software identities that `signet registry enroll --csr` registers: EKU clientAuth, 1 year, OU "low assurance".
Result<Certificate> issue_enrolled(const crypto::PublicKey& key, std::string_view common_name, const Certificate& ca,
                                   Timestamp at, const SignDigest& ca_signs);

inline constexpr std::size_t request_bytes_max = 2048;

// PKCS#10 (RFC 2986), P-256 and SHA-256 only; the signature in it is checked: it proves possession of the key.
// Attributes are read for their form alone: what a certificate says is the issuer's to decide.
struct Request {
  std::string common_name;
  crypto::PublicKey public_key;
};
Result<Request> parse_request(Bytes pem_or_der);
Result<Buffer> make_request(const crypto::PublicKey& key, std::string_view common_name, const SignDigest& sign);

}  // namespace signet::identity
