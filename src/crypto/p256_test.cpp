#include "crypto/p256.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

constexpr std::string_view order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
constexpr std::string_view prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
constexpr std::string_view zero = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view one = "0000000000000000000000000000000000000000000000000000000000000001";

Block<32> number(std::string_view digits) { return Reader{decode_hex(digits).value()}.block<32>().value(); }
Block<64> pair(std::string_view first, std::string_view second) {
  return Reader{decode_hex(std::string{first} + std::string{second}).value()}.block<64>().value();
}
PrivateKey private_key(std::string_view digits) { return PrivateKey{number(digits)}; }

// RFC 6979 appendix A.2.5: message "sample" with SHA-256. Its S is above n/2.
const PublicKey sample_key = pair("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
                                  "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
constexpr std::string_view sample_r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
constexpr std::string_view sample_s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
constexpr std::string_view sample_s_low = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";

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

// RFC 5903 section 8.1.
TEST(P256, AgreesWithTheVectorOfRfc5903) {
  const PrivateKey i = private_key("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
  const PrivateKey r = private_key("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53");
  const PublicKey gi = pair("dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180",
                            "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3");
  const PublicKey gr = pair("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
                            "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab");
  EXPECT_EQ(public_key_of(i), gi);
  EXPECT_EQ(public_key_of(r), gr);
  const auto shared = ecdh(i, gr);
  ASSERT_TRUE(shared);
  EXPECT_TRUE(constant_time_equal(shared.value().reveal(),
                                  number("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de")));
}

TEST(P256, VerifiesTheVectorOfRfc6979WithHighAndLowS) {
  const Digest digest = sha256(bytes_of("sample"));
  EXPECT_TRUE(verify(sample_key, digest, pair(sample_r, sample_s)));
  EXPECT_TRUE(verify(sample_key, digest, pair(sample_r, sample_s_low)));
  EXPECT_FALSE(verify(sample_key, sha256(bytes_of("samplf")), pair(sample_r, sample_s)));
  EXPECT_FALSE(verify(sample_key, digest, pair(sample_s, sample_r)));
}

TEST(P256, RefusesSignatureNumbersOutsideTheirRange) {
  const Digest digest = sha256(bytes_of("sample"));
  ASSERT_TRUE(verify(sample_key, digest, pair(sample_r, sample_s)));
  for (const std::string_view bad : {zero, order, prime}) {
    EXPECT_FALSE(verify(sample_key, digest, pair(bad, sample_s))) << bad;
    EXPECT_FALSE(verify(sample_key, digest, pair(sample_r, bad))) << bad;
    EXPECT_FALSE(verify(sample_key, digest, pair(bad, bad))) << bad;
  }
  EXPECT_FALSE(verify(sample_key, Digest{}, pair(one, one)));
}

TEST(P256, SignsEveryDigestEvenZeroAndAllOnes) {
  const PrivateKey key = private_key(one);
  Digest ones;
  ones.fill(0xff);
  for (const Digest& digest : {Digest{}, ones, number(order)})
    EXPECT_TRUE(verify(public_key_of(key), digest, sign(key, digest)));
}

TEST(P256, PrivateKeysLieBetweenOneAndTheOrder) {
  EXPECT_TRUE(is_private_key(number(one)));
  EXPECT_TRUE(is_private_key(number("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550")));
  EXPECT_FALSE(is_private_key(number(zero)));
  EXPECT_FALSE(is_private_key(number(order)));
  EXPECT_FALSE(is_private_key(Buffer(32, 0xff)));
  EXPECT_FALSE(is_private_key(Bytes{number(one)}.first(31)));
}

TEST(P256, KeysOneAndMinusOneAreTheBasePointAndItsMirror) {
  constexpr std::string_view x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
  EXPECT_EQ(public_key_of(private_key(one)),
            pair(x, "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"));
  EXPECT_EQ(public_key_of(private_key("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550")),
            pair(x, "b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a"));
}

TEST(P256, RefusesAPointOffTheCurve) {
  SeededRandom_for_test random{3};
  const PrivateKey key = generate_private_key(random);
  const PublicKey good = public_key_of(key);
  ASSERT_TRUE(is_public_key(good));
  ASSERT_TRUE(ecdh(key, good));
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 29) {
    PublicKey point = good;
    point[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(is_public_key(point)) << bit;
    EXPECT_FALSE(ecdh(key, point)) << bit;
    EXPECT_FALSE(verify(point, Digest{}, sign(key, Digest{}))) << bit;
  }
  EXPECT_FALSE(is_public_key(PublicKey{}));
}

// x = 0 has a point; written as x + p it would be a second spelling of one key.
TEST(P256, RefusesCoordinatesThatAreNotBelowThePrime) {
  constexpr std::string_view y = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4";
  EXPECT_TRUE(is_public_key(pair(zero, y)));
  EXPECT_FALSE(is_public_key(pair(prime, y)));
  EXPECT_FALSE(ecdh(private_key(one), pair(prime, y)));
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

TEST(P256, DerNumbersAreMinimalAndNotNegative) {
  EXPECT_EQ(hex(encode_der(pair(one, zero))), "3006020101020100");
  ASSERT_TRUE(decode_der(decode_hex("3006020101020100").value()));
  for (const char* bad : {"3006020181020100", "300702020001020100", "3005020002010100", "3106020101020100",
                          "3006030101020100", "308106020101020100",
                          "3080020101020100"
                          "0000",
                          "3007020101020100"
                          "00"}) {
    EXPECT_FALSE(decode_der(decode_hex(bad).value())) << bad;
  }
  const std::string too_long =
      "3026"
      "0221"
      "01" +
      std::string{zero} + "020101";
  EXPECT_FALSE(decode_der(decode_hex(too_long).value()));
}

}  // namespace
}  // namespace signet::crypto
