#include "identity/certificate.h"

namespace signet::identity {
namespace {

std::string colons(Bytes bytes) {
  std::string out;
  for (const std::uint8_t& byte : bytes) out += (out.empty() ? "" : ":") + hex(Bytes{&byte, 1});
  return out;
}

void line(std::string& out, std::string_view name, std::string_view value) {
  out += std::string{name} + std::string(18 - name.size(), ' ') + std::string{value} + "\n";
}

std::string usage_text(std::uint16_t usage) {
  constexpr std::string_view names[] = {"digitalSignature", "nonRepudiation", "keyEncipherment",
                                        "dataEncipherment", "keyAgreement",   "keyCertSign",
                                        "cRLSign",          "encipherOnly",   "decipherOnly"};
  std::string out;
  for (std::size_t bit = 0; bit < std::size(names); ++bit) {
    if ((usage & 0x8000 >> bit) != 0) out += (out.empty() ? "" : ", ") + std::string{names[bit]};
  }
  return out;
}

std::string purposes_text(const Certificate& certificate) {
  std::string out;
  if (*certificate.client_auth) out += "clientAuth";
  if (certificate.server_auth.value_or(false)) out += (out.empty() ? "" : ", ") + std::string{"serverAuth"};
  return out.empty() ? "others" : out;
}

std::string ca_text(const Certificate& certificate) {
  if (!certificate.is_ca) return "no";
  if (!certificate.path_length) return "yes";
  return "yes, path length " + std::to_string(*certificate.path_length);
}

}  // namespace

std::string describe(const Certificate& certificate) {
  std::string out;
  const std::string& organization = certificate.subject_organization;
  line(out, "subject", certificate.subject_common_name + (organization.empty() ? "" : " (" + organization + ")"));
  if (!certificate.subject_unit.empty()) line(out, "unit", certificate.subject_unit);
  line(out, "issuer", certificate.issuer_common_name);
  line(out, "serial number", colons(certificate.serial));
  line(out, "not before", rfc3339(certificate.not_before));
  line(out, "not after", certificate.not_after == no_expiry ? "never" : rfc3339(certificate.not_after));
  line(out, "key", "P-256 " + hex(Bytes{certificate.public_key}.first(32)));
  line(out, "", "      " + hex(Bytes{certificate.public_key}.last(32)));
  line(out, "CA", ca_text(certificate));
  if (certificate.key_usage) line(out, "key usage", usage_text(*certificate.key_usage));
  if (certificate.client_auth) line(out, "purposes", purposes_text(certificate));
  for (const std::string& name : certificate.alternative_names) line(out, "also named", name);
  if (certificate.subject_key_id) line(out, "key id", colons(*certificate.subject_key_id));
  if (certificate.authority_key_id) line(out, "issuer's key id", colons(*certificate.authority_key_id));
  line(out, "SHA-256", hex(fingerprint(certificate)));
  return out;
}

}  // namespace signet::identity
