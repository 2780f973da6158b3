#include "element/own.h"

namespace signet::element {

Uid own_uid(OwnKind kind, const crypto::PublicKey& identity_key) {
  const crypto::Digest digest = crypto::sha256(identity_key);
  Uid out;
  out[0] = static_cast<std::uint8_t>(kind);
  std::copy_n(digest.begin(), out.size() - 1, out.begin() + 1);
  return out;
}

Result<Buffer> encode_chain(const std::vector<Buffer>& chain) {
  if (chain.empty()) return Error{Errc::malformed, "a certificate chain holds at least the device's certificate"};
  if (chain.size() > own_certificates_max) return Error{Errc::too_large, "an element keeps at most 3 certificates"};
  std::size_t total = 0;
  Buffer out;
  Writer writer{out};
  writer.u8(static_cast<std::uint8_t>(chain.size()));
  for (const Buffer& der : chain) {
    total += der.size();
    if (der.empty()) return Error{Errc::malformed, "an empty certificate"};
    if (total > own_certificates_bytes_max) return Error{Errc::too_large, "the certificates have over 2000 bytes"};
    writer.u16_be(static_cast<std::uint16_t>(der.size())).bytes(der);
  }
  return out;
}

Result<std::vector<Buffer>> decode_chain(Bytes bytes) {
  Reader in{bytes};
  const std::size_t count = TRY(in.u8());
  if (count == 0 || count > own_certificates_max) return Error{Errc::malformed, "no such number of certificates"};
  std::vector<Buffer> out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = TRY(in.u16_be());
    if (size == 0) return Error{Errc::malformed, "an empty certificate"};
    out.push_back(copy_of(TRY(in.take(size))));
  }
  TRY(in.end());
  if (bytes.size() > 1 + 2 * count + own_certificates_bytes_max) return Error{Errc::too_large, "over 2000 bytes"};
  return out;
}

Error no_such_counter() { return {Errc::not_found, "the element has counters 0 and 1"}; }

Error no_certificate_yet() {
  return {Errc::not_found,
          "the element has no certificate yet: signet element request, signet registry enroll, signet element install"};
}

Error bound_and_not_shown() {
  return {Errc::forbidden, "the element is bound to a board and uses no key until that board presents its secret"};
}

}  // namespace signet::element
