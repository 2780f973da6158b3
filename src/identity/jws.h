// jws.h -- JSON Web Signature with ES256 (RFC 7515, RFC 7518 3.4), as manifests and receipts use it. For this module.
//
//   signing input := base64url(protected) "." base64url(payload)      signature: R || S
#pragma once

#include "base/json.h"
#include "identity/certificate.h"

namespace signet::identity {

// The three parts as text: the compact form joins them with ".", the flattened one names them.
struct Jws {
  std::string protected_header;
  std::string payload;
  std::string signature;
};

Result<Jws> sign_jws(std::string_view protected_header, std::string_view payload, const SignDigest& sign);

// The decoded protected header: an object whose "alg" is ES256 and that names no critical extension.
Result<json::object> jws_header(const Jws& jws);
// The decoded payload, once the signature is checked with `key`.
Result<Buffer> verified_payload(const Jws& jws, const crypto::PublicKey& key);

}  // namespace signet::identity
