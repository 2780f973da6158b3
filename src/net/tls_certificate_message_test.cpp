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

}  // namespace
}  // namespace signet::net
