#include "net/tls_certificate_message.h"

#include <gtest/gtest.h>

namespace signet::net {
namespace {

// Two certificates, "leaf" and "ca".
Buffer message(TlsVersion version) {
  const bool is_13 = version == TlsVersion::v1_3;
  Buffer list;
  for (const std::string_view certificate : {"leaf", "ca"}) {
    Writer{list}.u8(0).u16_be(static_cast<std::uint16_t>(certificate.size())).text(certificate);
    if (is_13) Writer{list}.u16_be(1).u8(0xee);
  }
  Buffer out;
  if (is_13) Writer{out}.u8(2).u16_be(0xc0de);
  Writer{out}.u8(0).u16_be(static_cast<std::uint16_t>(list.size())).bytes(list);
  return out;
}

struct CertificateMessage : testing::TestWithParam<TlsVersion> {
  const Buffer whole = message(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Versions, CertificateMessage, testing::Values(TlsVersion::v1_2, TlsVersion::v1_3));

TEST_P(CertificateMessage, TheFirstIsTheLeaf) {
  const auto leaf = leaf_of_certificate_message(whole, GetParam());
  ASSERT_TRUE(leaf) << leaf.error().what;
  EXPECT_EQ(text_of(leaf.value()), "leaf");
}

TEST_P(CertificateMessage, WhoShowsNoneHasNone) {
  const Buffer none = GetParam() == TlsVersion::v1_3 ? Buffer{0, 0, 0, 0} : Buffer{0, 0, 0};
  const auto leaf = leaf_of_certificate_message(none, GetParam());
  ASSERT_TRUE(leaf);
  EXPECT_TRUE(leaf.value().empty());
}

TEST_P(CertificateMessage, EveryCutAndEveryExcessIsRefused) {
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(leaf_of_certificate_message(Bytes{whole}.first(size), GetParam())) << size;
  }
  Buffer longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(leaf_of_certificate_message(longer, GetParam()));
}

TEST_P(CertificateMessage, ALengthThatLiesIsRefused) {
  const std::size_t list_at = GetParam() == TlsVersion::v1_3 ? 3 : 0;
  for (const std::size_t at : {list_at, list_at + 2, list_at + 3, list_at + 5}) {
    for (const int by : {-1, 1, 100}) {
      Buffer harmed = whole;
      harmed[at] = static_cast<std::uint8_t>(harmed[at] + by);
      const auto leaf = leaf_of_certificate_message(harmed, GetParam());
      EXPECT_FALSE(leaf && text_of(leaf.value()) == "leaf") << at << " " << by;
    }
  }
}

TEST_P(CertificateMessage, AnEmptyCertificateIsNone) {
  Buffer empty = GetParam() == TlsVersion::v1_3 ? Buffer{0, 0, 0, 5, 0, 0, 0, 0, 0} : Buffer{0, 0, 3, 0, 0, 0};
  EXPECT_FALSE(leaf_of_certificate_message(empty, GetParam()));
}

// The skeleton of a certificate: lengths, an empty signature algorithm, empty names, and the key.
Buffer certificate_with(bool has_version, Bytes key) {
  Buffer fields;
  if (has_version) Writer{fields}.bytes(Block<5>{0xa0, 0x03, 0x02, 0x01, 0x02});
  Writer{fields}.bytes(Block<3>{0x02, 0x01, 0x07}).bytes(Block<8>{0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0}).bytes(key);
  const auto size = static_cast<std::uint8_t>(fields.size());
  Buffer out;
  Writer{out}.u8(0x30).u8(0x82).u16_be(static_cast<std::uint16_t>(size + 3)).u8(0x30).u8(0x81).u8(size).bytes(fields);
  return out;
}

struct KindOfKey : testing::Test {
  KindOfKey() { point.resize(point.size() + 64, 0xab); }
  Buffer point = Buffer{0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                        0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
};

TEST_F(KindOfKey, APointOnP256IsOne) {
  EXPECT_TRUE(is_certificate_of_p256_key(certificate_with(true, point)));
  EXPECT_TRUE(is_certificate_of_p256_key(certificate_with(false, point)));
}

TEST_F(KindOfKey, EveryBitOfItsNameCounts) {
  for (std::size_t bit = 0; bit < std::size_t{27} * 8; ++bit) {
    Buffer harmed = point;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_FALSE(is_certificate_of_p256_key(certificate_with(true, harmed))) << bit;
  }
}

TEST_F(KindOfKey, ItsNameElsewhereIsNotTheKey) {
  const Buffer other = Buffer{0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
                              0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00};  // P-384
  Buffer both = other;
  both.insert(both.end(), point.begin(), point.end());
  EXPECT_FALSE(is_certificate_of_p256_key(certificate_with(true, both)));
}

TEST_F(KindOfKey, NothingThatIsCutOrNoCertificateIsOne) {
  const Buffer whole = certificate_with(true, point);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(is_certificate_of_p256_key(Bytes{whole}.first(size))) << size;
  }
  EXPECT_FALSE(is_certificate_of_p256_key(point));
  Buffer indefinite = whole;
  indefinite[1] = 0x80;
  EXPECT_FALSE(is_certificate_of_p256_key(indefinite));
}

}  // namespace
}  // namespace signet::net
