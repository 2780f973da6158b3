#include "identity/profile.h"

#include "identity/malformed.h"
#include "identity/template.h"

#include <arpa/inet.h>

namespace signet::identity {
namespace {

constexpr std::chrono::days server_term{825};
constexpr unsigned enrolled_years = 1;
constexpr std::string_view low_assurance = "low assurance";

Result<Certificate> sign_draft(const Draft& draft, const crypto::PublicKey& issuer_key, const SignDigest& sign) {
  if (!crypto::is_public_key(draft.public_key)) return malformed("certificate: the key is not a point on the curve");
  const Buffer tbs = encode_tbs(draft);
  const crypto::Digest digest = crypto::sha256(tbs);
  const crypto::Signature signature = TRY(sign(digest));
  if (!crypto::verify(issuer_key, digest, signature)) {
    return Error{Errc::unavailable,
                 "the signature made for a certificate does not verify with its issuer's key: is the "
                 "right token and key in use?"};
  }
  return parse_certificate(encode_signed(tbs, signature));
}

Status require_name(std::string_view what, std::string_view text, std::size_t bytes_max) {
  if (is_name_text(text, bytes_max)) return {};
  return malformed(std::string{what} + ": 1 to " + std::to_string(bytes_max) +
                   " bytes of UTF-8 without control characters");
}

// A certificate of our own small PKI begins at the full hour and has a serial number of everything it says.
Draft manager_draft(const crypto::PublicKey& key, const Issuer& issuer, Timestamp at) {
  Draft out;
  out.public_key = key;
  out.issuer_name = issuer.name;
  out.not_before = hour_of(at);
  return out;
}

void number(Draft& draft) {
  draft.serial = {1};
  const crypto::Digest digest = crypto::sha256(encode_tbs(draft));
  draft.serial = copy_of(Bytes{digest}.first(16));
  draft.serial[0] = static_cast<std::uint8_t>((draft.serial[0] & 0x3f) | 0x40);
}

Status require_date(Timestamp at) { return TRY(pack_dates(hour_of(at), 0)), Status{}; }

Buffer general_name(const std::string& name) {
  Block<16> ip{};
  if (inet_pton(AF_INET, name.c_str(), ip.data()) == 1)
    return der::element(der::context_primitive(7), Bytes{ip}.first(4));
  if (inet_pton(AF_INET6, name.c_str(), ip.data()) == 1) return der::element(der::context_primitive(7), Bytes{ip});
  return der::element(der::context_primitive(2), bytes_of(name));
}

}  // namespace

Result<Certificate> issue_root(const crypto::PublicKey& key, const Organization& organization, Timestamp at,
                               const SignDigest& sign) {
  TRY(require_name("organisation", organization.name, organization_bytes_max));
  const PackedDates dates = TRY(pack_dates(hour_of(at), root_years));
  return sign_draft(TRY(root_draft(key, organization.name, dates)), key, sign);
}

Result<Certificate> issue_signer(const crypto::PublicKey& key, std::uint16_t signer_id, const Certificate& root,
                                 Timestamp at, const SignDigest& root_signs) {
  const PackedDates dates = TRY(pack_dates(hour_of(at), signer_years));
  const Issuer issuer = TRY(issuer_for(root));
  return sign_draft(TRY(signer_draft(key, signer_id, issuer, dates)), root.public_key, root_signs);
}

Result<Certificate> issue_device(const crypto::PublicKey& key, std::string_view dcn, const Certificate& signer,
                                 Timestamp at, const SignDigest& signer_signs) {
  const PackedDates dates = TRY(pack_dates(hour_of(at), device_years));
  const Issuer issuer = TRY(issuer_for(signer));
  return sign_draft(TRY(device_draft(key, dcn, issuer, dates)), signer.public_key, signer_signs);
}

Result<Certificate> issue_log_signer(const crypto::PublicKey& key, const Certificate& root, Timestamp at,
                                     const SignDigest& root_signs) {
  const std::string& organization = root.subject_organization;
  const Issuer issuer = TRY(issuer_for(root));
  Draft draft = TRY(root_draft(key, organization, TRY(pack_dates(hour_of(at), signer_years))));
  draft.subject_name = encode_name(organization, "", organization + std::string{log_signer_suffix});
  draft.issuer_name = issuer.name;
  draft.extensions = {subject_key_id(key_id_of(key)), authority_key_id(issuer.key_id), basic_constraints(false),
                      key_usage(usage_digital_signature)};
  return sign_draft(draft, root.public_key, root_signs);
}

Result<Certificate> issue_manager_ca(const crypto::PublicKey& key, std::string_view common_name, Timestamp at,
                                     const SignDigest& sign) {
  TRY(require_name("common name", common_name, common_name_bytes_max));
  TRY(require_date(at));
  const Block<20> id = key_id_of(key);
  Draft draft = manager_draft(key, {encode_name("", "", common_name), "", "", id}, at);
  draft.not_after = add_years(draft.not_before, root_years);
  draft.subject_name = draft.issuer_name;
  draft.extensions = {basic_constraints(true, std::uint8_t{0}),
                      key_usage(usage_key_cert_sign | usage_crl_sign | usage_digital_signature), subject_key_id(id),
                      authority_key_id(id)};
  number(draft);
  return sign_draft(draft, key, sign);
}

Result<Certificate> issue_server(const crypto::PublicKey& key, const std::vector<std::string>& names,
                                 const Certificate& ca, Timestamp at, const SignDigest& ca_signs) {
  if (names.empty() || names.size() > server_names_max) return malformed("server certificate: 1 to 8 names");
  for (const std::string& name : names) TRY(require_name("server name", name, common_name_bytes_max));
  TRY(require_date(at));
  const Issuer issuer = TRY(issuer_for(ca));
  Draft draft = manager_draft(key, issuer, at);
  draft.not_after = std::min(draft.not_before + server_term, ca.not_after);
  draft.subject_name = encode_name("", "", names.front());
  Buffer general_names;
  for (const std::string& name : names) Writer{general_names}.bytes(general_name(name));
  draft.extensions = {basic_constraints(false),
                      key_usage(usage_digital_signature),
                      extended_key_usage(oids::server_auth),
                      subject_alternative_name(general_names),
                      subject_key_id(key_id_of(key)),
                      authority_key_id(issuer.key_id)};
  number(draft);
  return sign_draft(draft, ca.public_key, ca_signs);
}

Result<Certificate> issue_enrolled(const crypto::PublicKey& key, std::string_view common_name, const Certificate& ca,
                                   Timestamp at, const SignDigest& ca_signs) {
  TRY(require_name("common name", common_name, common_name_bytes_max));
  TRY(require_date(at));
  const Issuer issuer = TRY(issuer_for(ca));
  Draft draft = manager_draft(key, issuer, at);
  draft.not_after = std::min(add_years(draft.not_before, enrolled_years), ca.not_after);
  draft.subject_name = encode_name("", low_assurance, common_name);
  draft.extensions = {basic_constraints(false), key_usage(usage_digital_signature),
                      extended_key_usage(oids::client_auth), subject_key_id(key_id_of(key)),
                      authority_key_id(issuer.key_id)};
  number(draft);
  return sign_draft(draft, ca.public_key, ca_signs);
}

}  // namespace signet::identity
