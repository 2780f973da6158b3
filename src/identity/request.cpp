#include "identity/draft.h"
#include "identity/profile.h"

namespace signet::identity {
namespace {

Result<Request> parse(Bytes der) {
  der::DerReader outer{der};
  der::DerReader in = TRY(outer.enter(der::sequence));
  TRY(outer.end());
  der::DerReader peek = in;
  const Bytes info_whole = TRY(peek.expect(der::sequence)).whole;
  der::DerReader info = TRY(in.enter(der::sequence));
  TRY(info.small_number(0));  // v1
  Request out;
  out.common_name = TRY(expect_name(info)).common_name;
  out.public_key = TRY(expect_public_key(info));
  der::DerReader attributes = TRY(info.enter(der::context(0)));
  TRY(info.end());
  while (!attributes.empty()) TRY(attributes.enter(der::sequence));
  TRY(expect_ecdsa_with_sha256(in));
  const crypto::Signature signature = TRY(expect_signature(in));
  TRY(in.end());
  if (!crypto::verify(out.public_key, crypto::sha256(info_whole), signature)) {
    return Error{Errc::malformed, "its signature does not verify: whoever made it does not hold the key"};
  }
  return out;
}

}  // namespace

Result<Request> parse_request(Bytes pem_or_der) {
  Buffer decoded;
  if (pem_or_der.empty() || pem_or_der[0] != der::sequence) {
    decoded = TRY(decode_pem("CERTIFICATE REQUEST", text_of(pem_or_der)));
    pem_or_der = decoded;
  }
  if (pem_or_der.size() > request_bytes_max) return Error{Errc::too_large, "request: more than 2048 bytes"};
  Result<Request> out = parse(pem_or_der);
  if (!out) return std::move(out).error().within("certificate request");
  return out;
}

Result<Buffer> make_request(const crypto::PublicKey& key, std::string_view common_name, const SignDigest& sign) {
  if (!is_name_text(common_name, common_name_bytes_max)) {
    return Error{Errc::malformed, "common name: 1 to 64 bytes of UTF-8 without control characters"};
  }
  const std::uint8_t v1 = 0;
  const Buffer info = der::element(der::sequence, {der::non_negative(Bytes{&v1, 1}), encode_name("", "", common_name),
                                                   encode_public_key(key), der::element(der::context(0), Bytes{})});
  return encode_signed(info, TRY(sign(crypto::sha256(info))));
}

}  // namespace signet::identity
