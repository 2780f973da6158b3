#include "crypto/aead.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

Buffer from_hex(std::string_view text) { return decode_hex(text).value(); }
template <std::size_t N>
Block<N> block_of(std::string_view text) {
  Block<N> out;
  const Buffer bytes = from_hex(text);
  std::copy_n(bytes.begin(), N, out.begin());
  return out;
}
AeadKey key_of(std::string_view text) { return AeadKey{block_of<32>(text)}; }

struct Vector {
  const char* name;
  const char* key;
  const char* nonce;
  const char* plain;
  const char* context;
  const char* sealed;  // ciphertext, tag
};
// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B.
constexpr Vector vectors[] = {
    {"case 13", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
     "530f8afbc74536b9a963b4f1c4cb738b"},
    {"case 14", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"case 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
     "ba637b39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
     "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(Aead, SealsAndOpensAsPublished) {
  for (const Vector& v : vectors) {
    const AeadKey key = key_of(v.key);
    const auto nonce = block_of<12>(v.nonce);
    const Buffer sealed = aead_seal(key, nonce, from_hex(v.context), from_hex(v.plain));
    EXPECT_EQ(hex(sealed), v.sealed) << v.name;
    const auto plain = aead_open(key, nonce, from_hex(v.context), sealed);
    ASSERT_TRUE(plain) << v.name;
    EXPECT_EQ(hex(plain.value()), v.plain) << v.name;
  }
}

TEST(Aead, OneChangedBitAnywhereIsRefused) {
  const AeadKey key = key_of(vectors[2].key);
  const auto nonce = block_of<12>(vectors[2].nonce);
  const Buffer context = copy_of(bytes_of("purpose"));
  const Buffer sealed = aead_seal(key, nonce, context, bytes_of("a Wi-Fi password"));
  ASSERT_TRUE(aead_open(key, nonce, context, sealed));
  const auto flipped = [](auto bytes, std::size_t bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    return bytes;
  };
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    EXPECT_EQ(aead_open(key, nonce, context, flipped(sealed, bit)).error().code, Errc::corrupt) << "bit " << bit;
  }
  for (std::size_t bit = 0; bit < nonce.size() * 8; ++bit) {
    EXPECT_FALSE(aead_open(key, flipped(nonce, bit), context, sealed)) << "nonce bit " << bit;
  }
  for (std::size_t bit = 0; bit < context.size() * 8; ++bit) {
    EXPECT_FALSE(aead_open(key, nonce, flipped(context, bit), sealed)) << "context bit " << bit;
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    EXPECT_FALSE(aead_open(AeadKey{flipped(block_of<32>(vectors[2].key), bit)}, nonce, context, sealed));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(aead_open(key, nonce, context, Bytes{sealed}.first(size))) << size << " bytes";
  }
}

}  // namespace
}  // namespace signet::crypto
