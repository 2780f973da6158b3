// profile.h -- the certificates we make: Microchip's profiles, byte layout included, plus our server's and enrolled ones.
//
//   root    40 years, CA, no key usage      signer  31 years, CA pathlen 0, digitalSignature keyCertSign cRLSign
//   device  28 years, subject O + CN sn0123..01, digitalSignature keyAgreement, no extended key usage
// notBefore is a full hour, UTCTime until 2049 and GeneralizedTime after. Serial numbers are 16 bytes derived from
// SHA-256(public key || compressed date), top bits 01 (source 0xA of the compressed format).
#pragma once

#include "identity/certificate.h"

#include <functional>
#include <vector>

namespace signet::identity {

// Whoever holds the issuing key: a PKCS#11 token, or a key in memory.
using SignDigest = std::function<Result<crypto::Signature>(const crypto::Digest&)>;

struct Organization { std::string name = "Signet"; };

// `at` is cut to its hour. `signer_id` is the 4 hex digits of the signer's CN, e.g. 0xF600.
Result<Certificate> issue_root(const crypto::PublicKey& key, const Organization& organization, Timestamp at, const SignDigest& sign);
Result<Certificate> issue_signer(const crypto::PublicKey& key, std::uint16_t signer_id, const Certificate& root, Timestamp at, const SignDigest& root_signs);
Result<Certificate> issue_device(const crypto::PublicKey& key, std::string_view dcn, const Certificate& signer, Timestamp at, const SignDigest& signer_signs);

// The log signer: signs manifests. digitalSignature only, not a CA, 31 years, self-signed.
Result<Certificate> issue_log_signer(const crypto::PublicKey& key, const Organization& organization, Timestamp at, const SignDigest& sign);

// The manager's own small PKI: a CA, and server certificates below it (EKU serverAuth, SAN dns / ip).
Result<Certificate> issue_manager_ca(const crypto::PublicKey& key, std::string_view common_name, Timestamp at, const SignDigest& sign);
Result<Certificate> issue_server(const crypto::PublicKey& key, const std::vector<std::string>& names, const Certificate& ca, Timestamp at, const SignDigest& ca_signs);
// Software identities that `signet registry enroll --csr` registers: EKU clientAuth, 1 year, marked low assurance.
Result<Certificate> issue_enrolled(const crypto::PublicKey& key, std::string_view common_name, const Certificate& ca, Timestamp at, const SignDigest& ca_signs);

// PKCS#10 (RFC 2986), P-256 and SHA-256 only; the signature in it is checked: it proves possession of the key.
struct Request {
  std::string common_name;
  crypto::PublicKey public_key;
};
Result<Request> parse_request(Bytes pem_or_der);
Result<Buffer> make_request(const crypto::PublicKey& key, std::string_view common_name, const SignDigest& sign);

}  // namespace signet::identity
