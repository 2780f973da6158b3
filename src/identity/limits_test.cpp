// The limits of what a certificate may hold: at each of them it is read, one past it is refused as too large.
#include "identity/names.h"
#include "identity/samples_for_test.h"

namespace signet::identity {
namespace {

Buffer together(std::size_t count, const std::function<Buffer(std::size_t)>& part) {
  Buffer out;
  for (std::size_t i = 0; i < count; ++i) {
    const Buffer one = part(i);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

// A type of its own for each attribute: 2.5.4.100 and up.
Buffer name_of_attributes(std::size_t count, std::string_view text) {
  return der::element(
      der::sequence, together(count, [&](std::size_t i) {
        const Block<3> type{0x55, 0x04, static_cast<std::uint8_t>(100 + i)};
        const Buffer value = der::element(der::utf8_string, bytes_of(text));
        return der::element(der::set, der::element(der::sequence, {der::element(der::oid, type), value}));
      }));
}

std::optional<Errc> code_of_name(const Buffer& name) {
  der::DerReader in{name};
  const auto read = expect_name(in);
  return read ? std::nullopt : std::optional{read.error().code};
}

Buffer extension(Bytes id, const Buffer& value) {
  return der::element(der::sequence, {der::element(der::oid, id), der::element(der::octet_string, value)});
}

// The genuine device's, with other extensions. Its signature no longer fits, which reading does not ask.
std::optional<Errc> code_with_extensions(const Buffer& extensions) {
  const Certificate genuine = samples::genuine_device();
  const Block<1> version{2};
  const Buffer tbs = der::element(
      der::sequence, {der::element(der::context(0), der::element(der::integer, version)),
                      der::element(der::integer, genuine.serial), encode_ecdsa_with_sha256(), genuine.issuer_name,
                      der::element(der::sequence, {encode_time(genuine.not_before, TimeForm::by_year),
                                                   encode_time(genuine.not_after, TimeForm::by_year)}),
                      genuine.subject_name, encode_public_key(genuine.public_key),
                      der::element(der::context(3), der::element(der::sequence, extensions))});
  const auto read = parse_certificate(
      der::element(der::sequence, {tbs, encode_ecdsa_with_sha256(), encode_signature(genuine.signature)}));
  return read ? std::nullopt : std::optional{read.error().code};
}

Buffer unknown_extensions(std::size_t count) {
  return together(count, [](std::size_t i) {
    return extension(Block<3>{0x55, 0x1d, static_cast<std::uint8_t>(100 + i)}, {});
  });
}

Buffer alternative_names(std::size_t count) {
  const auto name = [](std::size_t) { return der::element(der::context_primitive(2), bytes_of("host")); };
  return extension(oids::subject_alternative_name, der::element(der::sequence, together(count, name)));
}

TEST(CertificateLimits, NameAttributes) {
  EXPECT_EQ(code_of_name(name_of_attributes(name_attributes_max, "x")), std::nullopt);
  EXPECT_EQ(code_of_name(name_of_attributes(name_attributes_max + 1, "x")), Errc::too_large);
}

TEST(CertificateLimits, BytesOfANameValue) {
  EXPECT_EQ(code_of_name(name_of_attributes(1, std::string(name_value_bytes_max, 'x'))), std::nullopt);
  EXPECT_EQ(code_of_name(name_of_attributes(1, std::string(name_value_bytes_max + 1, 'x'))), Errc::too_large);
}

TEST(CertificateLimits, Extensions) {
  EXPECT_EQ(code_with_extensions(unknown_extensions(extensions_max)), std::nullopt);
  EXPECT_EQ(code_with_extensions(unknown_extensions(extensions_max + 1)), Errc::too_large);
}

TEST(CertificateLimits, AlternativeNames) {
  EXPECT_EQ(code_with_extensions(alternative_names(alternative_names_max)), std::nullopt);
  EXPECT_EQ(code_with_extensions(alternative_names(alternative_names_max + 1)), Errc::too_large);
}

}  // namespace
}  // namespace signet::identity
