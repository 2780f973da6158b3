#include "identity/certificate.h"

#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

using samples::at;
using samples::today;

TEST(Certificate, ReadsWhatTheGenuineOnesSay) {
  const Certificate device = samples::genuine_device();
  EXPECT_EQ(device.subject_common_name, "0123F1822C38DD7A01 ATECC");
  EXPECT_EQ(device.subject_organization, "Microchip Technology Inc");
  EXPECT_EQ(device.issuer_common_name, "Crypto Authentication Signer F600");
  EXPECT_EQ(hex(device.serial), "542bbc7ecbc0a77c9db279d2697c2081");
  EXPECT_EQ(rfc3339(device.not_before), "2019-01-24T16:00:00Z");
  EXPECT_EQ(rfc3339(device.not_after), "2047-01-24T16:00:00Z");
  EXPECT_FALSE(device.is_ca);
  EXPECT_EQ(device.key_usage, usage_digital_signature | usage_key_agreement);
  EXPECT_FALSE(device.client_auth);
  EXPECT_EQ(hex(*device.subject_key_id), "b3f1aa650e8c01bef31ffaf5428e7c39c105b992");
  const Certificate signer = samples::genuine_signer();
  EXPECT_TRUE(signer.is_ca);
  EXPECT_EQ(signer.path_length, 0u);
  EXPECT_EQ(device.authority_key_id, signer.subject_key_id);
  EXPECT_FALSE(samples::genuine_root().key_usage);
}

TEST(Certificate, TheNameOfAKnownOneIsReadWithoutTheRest) {
  for (const Certificate& one : {samples::genuine_device(), samples::genuine_signer(), samples::genuine_root()}) {
    const auto name = common_name_of_known(one.der);
    ASSERT_TRUE(name) << name.error().what;
    EXPECT_EQ(name.value(), one.subject_common_name);
    for (std::size_t size = 0; size < 100; ++size) EXPECT_FALSE(common_name_of_known(Bytes{one.der}.first(size)));
  }
}

TEST(Certificate, TheGenuineChainHolds) {
  const auto status = check_chain(samples::genuine_device(), samples::genuine_signer(), samples::genuine_root(), today);
  EXPECT_TRUE(status) << status.error().what;
}

// Whatever bit is harmed: the bytes are refused, or the certificate no longer verifies.
TEST(Certificate, EveryBitOfAGenuineCertificateCounts) {
  const Certificate device = samples::genuine_device();
  const Certificate signer = samples::genuine_signer();
  ASSERT_TRUE(check_issued(device, signer, today));
  for (std::size_t bit = 0; bit < device.der.size() * 8; ++bit) {
    Buffer harmed = device.der;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    const auto parsed = parse_certificate(harmed);
    EXPECT_FALSE(parsed && check_issued(parsed.value(), signer, today)) << "bit " << bit;
  }
}

TEST(Certificate, EveryTruncationAndEveryExtraByteIsRefused) {
  for (const Certificate& whole : {samples::genuine_device(), samples::genuine_signer(), samples::genuine_root()}) {
    ASSERT_TRUE(parse_certificate(whole.der));
    for (std::size_t size = 0; size < whole.der.size(); ++size) {
      EXPECT_FALSE(parse_certificate(Bytes{whole.der}.first(size))) << size;
    }
    Buffer longer = whole.der;
    longer.push_back(0);
    EXPECT_FALSE(parse_certificate(longer));
  }
}

TEST(Certificate, ATooLongOneIsRefusedBeforeItIsRead) {
  EXPECT_EQ(parse_certificate(Buffer(certificate_bytes_max, 0x30)).error().code, Errc::malformed)
      << "read, and nonsense";
  EXPECT_EQ(parse_certificate(Buffer(certificate_bytes_max + 1, 0x30)).error().code, Errc::too_large);
}

TEST(Certificate, AnUnknownExtensionIsPassedOverUnlessItIsCritical) {
  const Certificate genuine = samples::genuine_device();
  // "key usage" (2.5.29.15, critical) becomes 2.5.29.127, which nobody knows.
  const Buffer key_usage = decode_hex("0603551d0f0101ff").value();
  Buffer harmed = genuine.der;
  const auto found = std::search(harmed.begin(), harmed.end(), key_usage.begin(), key_usage.end());
  ASSERT_NE(found, harmed.end());
  found[4] = 0x7f;
  const auto refused = parse_certificate(harmed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "certificate: unknown critical extension 551d7f");

  // "subject key identifier" is not critical.
  const Buffer key_id = decode_hex("0603551d0e0416").value();
  Buffer unknown = genuine.der;
  const auto place = std::search(unknown.begin(), unknown.end(), key_id.begin(), key_id.end());
  ASSERT_NE(place, unknown.end());
  place[4] = 0x7e;
  const auto passed = parse_certificate(unknown);
  ASSERT_TRUE(passed) << passed.error().what;
  EXPECT_FALSE(passed.value().subject_key_id);
}

TEST(Certificate, PemHoldsExactlyOneObject) {
  const Certificate device = samples::genuine_device();
  const std::string text = pem("CERTIFICATE", device.der);
  ASSERT_EQ(decode_pem("CERTIFICATE", text).value(), device.der);
  EXPECT_EQ(decode_pem("CERTIFICATE", "Subject: x\n" + text + "\ntrailing words").value(), device.der);
  EXPECT_EQ(decode_pem("CERTIFICATE", text + text).error().what, "PEM: more than one \"CERTIFICATE\"");
  EXPECT_EQ(decode_pem("CERTIFICATE REQUEST", text).error().what, "PEM: there is no \"CERTIFICATE REQUEST\"");
  EXPECT_FALSE(decode_pem("CERTIFICATE", text.substr(0, text.size() / 2)));
  EXPECT_TRUE(decode_pem("CERTIFICATE", text + std::string(pem_bytes_max - text.size(), 'x')));
  EXPECT_EQ(decode_pem("CERTIFICATE", std::string(pem_bytes_max + 1, 'x')).error().code, Errc::too_large);
  EXPECT_EQ(read_certificate(bytes_of(text)).value().der, device.der);
  EXPECT_EQ(read_certificate(device.der).value().der, device.der);
}

TEST(Certificate, DescribesItselfForPeople) {
  EXPECT_EQ(describe(samples::genuine_device()), samples::file("genuine-device.txt"));
  EXPECT_EQ(describe(samples::genuine_signer()), samples::file("genuine-signer.txt"));
}

}  // namespace
}  // namespace signet::identity
