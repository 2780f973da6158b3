#include "net/tls_gnutls_p256.h"

#include "base/bytes.h"
#include "net/tls_gnutls_handles.h"

#include <gtest/gtest.h>

namespace signet::net {
namespace {

gnutls_datum_t datum(Bytes bytes) {
  return {const_cast<unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

// A key of GnuTLS's own, and its signature over a text.
struct Signed {
  Signed(gnutls_ecc_curve_t curve, gnutls_sign_algorithm_t a) : algorithm(a) {
    gnutls_privkey_t made = nullptr;
    gnutls_pubkey_t of_it = nullptr;
    ENSURE(gnutls_privkey_init(&made) == 0 && gnutls_pubkey_init(&of_it) == 0);
    key.reset(made);
    public_key.reset(of_it);
    ENSURE(gnutls_privkey_generate(made, GNUTLS_PK_EC, GNUTLS_CURVE_TO_BITS(curve), 0) == 0);
    ENSURE(gnutls_pubkey_import_privkey(of_it, made, 0, 0) == 0);
    const gnutls_datum_t text = datum(said);
    gnutls_datum_t out{};
    ENSURE(gnutls_privkey_sign_data2(made, algorithm, 0, &text, &out) == 0);
    signature.assign(out.data, out.data + out.size);
    gnutls_free(out.data);
  }
  bool holds(Bytes text, Bytes der) const {
    const gnutls_datum_t t = datum(text), s = datum(der);
    return gnutls_pubkey_verify_data2(public_key.get(), algorithm, 0, &t, &s) >= 0;
  }
  gnutls_sign_algorithm_t algorithm;
  GnutlsPrivateKey key;
  GnutlsPublicKey public_key;
  Buffer said = copy_of(bytes_of("a transcript"));
  Buffer signature;
};

const auto of_p256 = [] { return Signed{GNUTLS_ECC_CURVE_SECP256R1, GNUTLS_SIGN_ECDSA_SHA256}; };

TEST(GnutlsP256, ASignatureOfGnutlsIsVerifiedHere) {
  const Signed one = of_p256();
  const auto before = p256_verified_for_gnutls();
  EXPECT_TRUE(one.holds(one.said, one.signature));
  EXPECT_EQ(p256_verified_for_gnutls(), before + 1);
  EXPECT_FALSE(one.holds(one.said, of_p256().signature)) << "of another key";
  EXPECT_FALSE(one.holds(bytes_of("another transcript"), one.signature));
}

TEST(GnutlsP256, EveryBitOfASignatureCounts) {
  const Signed one = of_p256();
  for (std::size_t bit = 0; bit < one.signature.size() * 8; ++bit) {
    Buffer harmed = one.signature;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(one.holds(one.said, harmed)) << bit;
  }
}

TEST(GnutlsP256, NumbersOutsideTheCurveAreNoSignature) {
  const Signed one = of_p256();
  const auto with = [](Bytes r, Bytes s) {
    Buffer out;
    Writer{out}.u8(0x30).u8(static_cast<std::uint8_t>(r.size() + s.size() + 4));
    for (const Bytes number : {r, s}) Writer{out}.u8(0x02).u8(static_cast<std::uint8_t>(number.size())).bytes(number);
    return out;
  };
  Buffer large(34, 0x7f), negative(4, 0xff);
  const Buffer zero(1, 0), some(1, 1),
      order{0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  for (const Buffer& odd : {zero, order, large, negative}) {
    EXPECT_FALSE(one.holds(one.said, with(odd, some))) << odd.size();
    EXPECT_FALSE(one.holds(one.said, with(some, odd))) << odd.size();
  }
}

TEST(GnutlsP256, AnotherCurveIsNettles) {
  const Signed other{GNUTLS_ECC_CURVE_SECP384R1, GNUTLS_SIGN_ECDSA_SHA384};
  const auto before = p256_verified_for_gnutls();
  EXPECT_TRUE(other.holds(other.said, other.signature));
  EXPECT_FALSE(other.holds(bytes_of("another transcript"), other.signature));
  EXPECT_EQ(p256_verified_for_gnutls(), before);
}

}  // namespace
}  // namespace signet::net
