#include "net/tls_certificate_message.h"

namespace signet::net {
namespace {

Result<Bytes> take_u24(Reader& in) {
  const std::size_t high = TRY(in.u8());
  const std::size_t low = TRY(in.u16_be());
  return in.take(high << 16 | low);
}

}  // namespace

Result<Bytes> leaf_of_certificate_message(Bytes message, TlsVersion version) {
  Reader in{message};
  if (version == TlsVersion::v1_3) TRY(in.take(TRY(in.u8())));
  Reader list{TRY(take_u24(in))};
  TRY(in.end());
  Bytes leaf;
  while (!list.end()) {
    const Bytes certificate = TRY(take_u24(list));
    if (version == TlsVersion::v1_3) TRY(list.take(TRY(list.u16_be())));
    if (certificate.empty()) return Error{Errc::malformed, "an empty certificate"};
    if (leaf.empty()) leaf = certificate;
  }
  return leaf;
}

}  // namespace signet::net
