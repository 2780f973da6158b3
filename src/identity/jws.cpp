#include "identity/jws.h"

namespace signet::identity {
namespace {

crypto::Digest signed_digest(const Jws& jws) {
  return crypto::sha256(bytes_of(jws.protected_header + "." + jws.payload));
}

}  // namespace

Result<Jws> sign_jws(std::string_view protected_header, std::string_view payload, const SignDigest& sign) {
  Jws out{base64url(bytes_of(protected_header)), base64url(bytes_of(payload)), ""};
  out.signature = base64url(TRY(sign(signed_digest(out))));
  return out;
}

Result<json::object> jws_header(const Jws& jws) {
  const Buffer text = TRY(decode_base64url(jws.protected_header));
  json::object header = TRY(parse_json_object(text_of(text)));
  if (TRY(string_member(header, "alg")) != "ES256") return Error{Errc::malformed, "\"alg\" is not ES256"};
  // RFC 7515 4.1.11: what is named critical must be understood, and we understand none.
  if (header.contains("crit")) return Error{Errc::malformed, "\"crit\" names extensions that are not known"};
  return header;
}

Result<Buffer> verified_payload(const Jws& jws, const crypto::PublicKey& key) {
  const Buffer signature = TRY(decode_base64url(jws.signature));
  if (signature.size() != 64) return Error{Errc::malformed, "signature is not 64 bytes"};
  if (!crypto::verify(key, signed_digest(jws), TRY(Reader{signature}.block<64>()))) {
    return Error{Errc::forbidden, "signature does not verify"};
  }
  return decode_base64url(jws.payload);
}

}  // namespace signet::identity
