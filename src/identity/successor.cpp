#include "identity/successor.h"

namespace signet::identity {
namespace {

constexpr std::string_view successor_domain{"signet.successor.v1\0", 20};

crypto::Digest successor_digest(const Certificate& present, const Certificate& next) {
  crypto::Sha256 digest;
  digest.update(bytes_of(successor_domain));
  digest.update(fingerprint(present));
  digest.update(fingerprint(next));
  return digest.finish();
}

}  // namespace

Result<Successor> name_successor(const Certificate& present, Certificate next, const SignDigest& sign) {
  Successor out{std::move(next), {}};
  out.signature = TRY(sign(successor_digest(present, out.ca)));
  TRY(check_successor(present, out));
  return out;
}

Status check_successor(const Certificate& present, const Successor& successor) {
  const Certificate& next = successor.ca;
  if (!next.is_ca) return Error{Errc::malformed, "the successor is not the certificate of a CA"};
  if (next.public_key == present.public_key) return Error{Errc::malformed, "a CA does not follow itself"};
  if (!crypto::verify(present.public_key, successor_digest(present, next), successor.signature)) {
    return Error{Errc::forbidden, "the CA that is trusted here did not name this successor"};
  }
  return {};
}

json::object write_successor(const Successor& successor) {
  return {{"ca", pem("CERTIFICATE", successor.ca.der)}, {"signature", hex(successor.signature)}};
}

Result<Successor> read_successor(const json::object& object) {
  Successor out;
  const std::string text = TRY(string_member(object, "ca"));
  if (text.size() > 2 * certificate_bytes_max) return Error{Errc::too_large, "\"ca\" is longer than a certificate is"};
  out.ca = TRY(read_certificate(bytes_of(text)));
  const std::string signature = TRY(string_member(object, "signature"));
  const Buffer bytes = TRY(decode_hex(signature));
  if (bytes.size() != out.signature.size()) return Error{Errc::malformed, "\"signature\" is not 64 bytes"};
  std::copy(bytes.begin(), bytes.end(), out.signature.begin());
  return out;
}

}  // namespace signet::identity
