#include "crypto/p256.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

TEST(P256, SignsAndVerifiesAndAgrees) {
  SeededRandom_for_test random{1};
  const PrivateKey a = generate_private_key(random);
  const PrivateKey b = generate_private_key(random);
  const Digest digest = sha256(bytes_of("hello"));
  const Signature good = sign(a, digest);
  ASSERT_TRUE(verify(public_key_of(a), digest, good));
  EXPECT_FALSE(verify(public_key_of(b), digest, good));
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 37) {
    Signature harmed = good;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(verify(public_key_of(a), digest, harmed)) << "bit " << bit;
  }
  const auto ab = ecdh(a, public_key_of(b));
  const auto ba = ecdh(b, public_key_of(a));
  ASSERT_TRUE(ab && ba);
  EXPECT_TRUE(constant_time_equal(ab.value().reveal(), ba.value().reveal()));
}

TEST(P256, DerFormIsStrict) {
  SeededRandom_for_test random{2};
  const PrivateKey key = generate_private_key(random);
  const Signature signature = sign(key, sha256(bytes_of("x")));
  const Buffer der = encode_der(signature);
  ASSERT_TRUE(decode_der(der));
  EXPECT_EQ(decode_der(der).value(), signature);
  for (std::size_t size = 0; size < der.size(); ++size) EXPECT_FALSE(decode_der(Bytes{der}.first(size)));
  Buffer longer = der;
  longer.push_back(0);
  EXPECT_FALSE(decode_der(longer));
}

TEST(P256, RefusesAPointOffTheCurve) {
  SeededRandom_for_test random{3};
  const PrivateKey key = generate_private_key(random);
  PublicKey point = public_key_of(key);
  ASSERT_TRUE(is_public_key(point));
  point[63] ^= 1;
  EXPECT_FALSE(is_public_key(point));
  EXPECT_FALSE(ecdh(key, point));
}

}  // namespace
}  // namespace signet::crypto
