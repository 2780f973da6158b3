#include "element/own.h"

#include "element/sealing.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

TEST(Own, AChainIsKeptAndReadStrictly) {
  const std::vector<Buffer> chain{Buffer(500, 1), Buffer(400, 2)};
  const Buffer bytes = encode_chain(chain).value();
  EXPECT_EQ(decode_chain(bytes).value(), chain);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_chain(Bytes{bytes}.first(size)));
  Buffer longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_chain(longer));
  EXPECT_EQ(encode_chain({}).error().code, Errc::malformed);
  EXPECT_EQ(encode_chain({Buffer{}}).error().code, Errc::malformed);
  EXPECT_FALSE(decode_chain(Buffer{0}));
}

TEST(Own, AChainHasLimits) {
  const auto read_back = [](const std::vector<Buffer>& chain) { return decode_chain(encode_chain(chain).value()); };
  std::vector<Buffer> most(own_certificates_max, Buffer(1));
  EXPECT_EQ(read_back(most).value(), most);
  Buffer bytes = encode_chain(most).value();
  most.emplace_back(1);
  EXPECT_EQ(encode_chain(most).error().code, Errc::too_large);
  bytes[0] = own_certificates_max + 1;
  Writer{bytes}.u16_be(1).u8(0);
  EXPECT_EQ(decode_chain(bytes).error().code, Errc::malformed);

  const std::vector<Buffer> largest{Buffer(own_certificates_bytes_max - 1), Buffer(1)};
  EXPECT_EQ(read_back(largest).value(), largest);
  EXPECT_EQ(encode_chain({Buffer(own_certificates_bytes_max), Buffer(1)}).error().code, Errc::too_large);
  Buffer larger{1};
  Writer{larger}.u16_be(own_certificates_bytes_max + 1).bytes(Buffer(own_certificates_bytes_max + 1));
  EXPECT_EQ(decode_chain(larger).error().code, Errc::too_large);
}

TEST(Own, TheUidTellsWhatItIsMadeOfAndIsNoChips) {
  const crypto::PublicKey key{7};
  EXPECT_EQ(own_uid(OwnKind::tpm, key)[0], 'T');
  EXPECT_NE(own_uid(OwnKind::tpm, key), own_uid(OwnKind::software, key));
  EXPECT_NE(own_uid(OwnKind::tpm, key), own_uid(OwnKind::tpm, crypto::PublicKey{8}));
}

TEST(Sealing, OpensWithTheSameSecretAndPurposeAlone) {
  const auto under = [](std::uint8_t secret) -> DeriveSealKey {
    return [secret](const crypto::Digest& of) -> Result<crypto::AeadKey> {
      return crypto::AeadKey{crypto::hmac_sha256(Bytes{&secret, 1}, of)};
    };
  };
  const Block<seal_salt_bytes> salt{3};
  const Buffer sealed = seal_with(under(1), salt, "wifi", bytes_of("secret")).value();
  EXPECT_EQ(sealed.size(), 6 + seal_overhead_bytes);
  ASSERT_EQ(text_of(unseal_with(under(1), "wifi", sealed).value()), "secret");
  EXPECT_EQ(unseal_with(under(2), "wifi", sealed).error().code, Errc::corrupt);
  EXPECT_EQ(unseal_with(under(1), "wif", sealed).error().code, Errc::corrupt);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Buffer harmed = sealed;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(unseal_with(under(1), "wifi", harmed).error().code, Errc::corrupt) << "bit " << bit;
  }
  EXPECT_TRUE(seal_with(under(1), salt, "wifi", Buffer(seal_plain_bytes_max)));
  EXPECT_EQ(seal_with(under(1), salt, "wifi", Buffer(seal_plain_bytes_max + 1)).error().code, Errc::too_large);
  EXPECT_EQ(seal_with(under(1), salt, "", {}).error().code, Errc::malformed);
  EXPECT_EQ(seal_with(under(1), salt, std::string(65, 'p'), {}).error().code, Errc::malformed);
}

}  // namespace
}  // namespace signet::element
