#include "crypto/aes.h"

#include <gtest/gtest.h>

namespace signet::crypto {
namespace {

AesBlock block_of(std::string_view text) { return Reader{decode_hex(text).value()}.block<16>().value(); }

// FIPS 197 appendix C.1
TEST(Aes, EncryptsAndDecryptsTheStandardsExample) {
  const AesBlock key = block_of("000102030405060708090a0b0c0d0e0f");
  const AesBlock plain = block_of("00112233445566778899aabbccddeeff");
  AesBlock cipher = aes128_encrypt(key, plain);
  EXPECT_EQ(hex(cipher), "69c4e0d86a7b0430d8cdb78070b4c55a");
  EXPECT_EQ(aes128_decrypt(key, cipher), plain);
  cipher[15] ^= 1;
  EXPECT_NE(aes128_decrypt(key, cipher), plain);
}

// The GCM specification's test case 2: key and plaintext of zeros.
TEST(Ghash, MultipliesAsTheGcmSpecificationDoes) {
  const AesBlock h = aes128_encrypt(AesBlock{}, AesBlock{});
  ASSERT_EQ(hex(h), "66e94bd4ef8a2c3b884cfa59ca342b2e");
  AesBlock x = ghash_multiply(h, block_of("0388dace60b6a392f328c2b971b2fe78"));
  EXPECT_EQ(hex(x), "5e2ec746917062882c85b0685353deb7");
  x[15] ^= 0x80;  // the lengths: no further data, 128 bits of ciphertext
  EXPECT_EQ(hex(ghash_multiply(x, h)), "f38cbb1ad69223dcc3457ae5b6b0f885");
}

TEST(Ghash, HasAOneAndAZeroAndDoesNotMindTheOrder) {
  const AesBlock a = block_of("0123456789abcdef0011223344556677"), b = block_of("fedcba98765432108899aabbccddeeff");
  AesBlock one{};
  one[0] = 0x80;
  EXPECT_EQ(ghash_multiply(a, one), a);
  EXPECT_EQ(ghash_multiply(a, AesBlock{}), AesBlock{});
  EXPECT_EQ(ghash_multiply(a, b), ghash_multiply(b, a));
  EXPECT_NE(ghash_multiply(a, b), ghash_multiply(a, a));
}

}  // namespace
}  // namespace signet::crypto
