#include "net/tls_certificate_message.h"

namespace signet::net {
namespace {

Result<Bytes> take_u24(Reader& in) {
  const std::size_t high = TRY(in.u8());
  const std::size_t low = TRY(in.u16_be());
  return in.take(high << 16 | low);
}

constexpr std::uint8_t der_sequence = 0x30;
constexpr std::uint8_t der_version = 0xa0;
// SubjectPublicKeyInfo { { id-ecPublicKey, prime256v1 }, BIT STRING 04 x y }, up to the 04.
constexpr Block<27> p256_key_begins{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                                    0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

struct DerElement {
  std::uint8_t tag;
  Bytes content;
};

// Lengths of one octet, or of one or two more: no certificate of a peer is longer (peer_chain_bytes_max).
Result<DerElement> take_der(Reader& in) {
  const std::uint8_t tag = TRY(in.u8());
  std::size_t size = TRY(in.u8());
  if (size > 0x82 || size == 0x80) return Error{Errc::malformed, "a length that no certificate has"};
  if (size == 0x81)
    size = TRY(in.u8());
  else if (size == 0x82)
    size = TRY(in.u16_be());
  const Bytes content = TRY(in.take(size));
  return DerElement{tag, content};
}

// What follows the subject: the rest of the certificate's inside, from its SubjectPublicKeyInfo. [RFC 5280 4.1]
Result<Bytes> from_public_key(Bytes certificate_der) {
  Reader outside{certificate_der};
  const DerElement whole = TRY(take_der(outside));
  Reader certificate{whole.content};
  const DerElement tbs = TRY(take_der(certificate));
  if (tbs.tag != der_sequence) return Error{Errc::malformed, "no certificate"};
  Reader inside{tbs.content};
  const DerElement first = TRY(take_der(inside));
  if (first.tag == der_version) TRY(take_der(inside));  // then the serial number is the second
  for (int i = 0; i < 4; ++i) TRY(take_der(inside));    // signature, issuer, validity, subject
  return inside.rest();
}

}  // namespace

bool is_certificate_of_p256_key(Bytes certificate_der) {
  const auto key = from_public_key(certificate_der);
  return key && key.value().size() > p256_key_begins.size() &&
         std::equal(p256_key_begins.begin(), p256_key_begins.end(), key.value().begin());
}

Result<Bytes> leaf_of_certificate_message(Bytes message, TlsVersion version) {
  Reader in{message};
  if (version == TlsVersion::v1_3) {
    const std::size_t context = TRY(in.u8());
    TRY(in.take(context));
  }
  Reader list{TRY(take_u24(in))};
  TRY(in.end());
  Bytes leaf;
  while (!list.end()) {
    const Bytes certificate = TRY(take_u24(list));
    if (version == TlsVersion::v1_3) {
      const std::size_t extensions = TRY(list.u16_be());
      TRY(list.take(extensions));
    }
    if (certificate.empty()) return Error{Errc::malformed, "an empty certificate"};
    if (leaf.empty()) leaf = certificate;
  }
  return leaf;
}

}  // namespace signet::net
