#include "identity/template.h"

#include "identity/malformed.h"

namespace signet::identity {
namespace {

constexpr std::string_view root_word = " Root CA";
constexpr std::string_view signer_word = " Signer ";
constexpr std::string_view upper_digits = "0123456789ABCDEF";
constexpr std::size_t unique_id_chars = 18;
constexpr std::size_t serial_bytes = 16;

bool is_upper_hex(std::string_view text) { return text.find_first_not_of(upper_digits) == text.npos; }

Result<Draft> draft(const crypto::PublicKey& key, const PackedDates& dates) {
  const Term term = TRY(unpack_dates(dates));
  Draft out;
  out.serial = serial_of(key, dates);
  out.not_before = term.not_before;
  out.not_after = term.not_after;
  out.not_after_form = TimeForm::generalized;  // Microchip's parts, before 2050 too
  out.public_key = key;
  return out;
}

}  // namespace

Buffer serial_of(const crypto::PublicKey& key, const PackedDates& dates) {
  Buffer text = copy_of(key);
  Writer w{text};
  w.bytes(dates.bytes);
  if (dates.version != 0) w.u8(dates.more & 0xf0);
  Buffer out = copy_of(Bytes{crypto::sha256(text)}.first(serial_bytes));
  out[0] = static_cast<std::uint8_t>((out[0] & 0x3f) | 0x40);
  return out;
}

Result<Issuer> issuer_for(const Certificate& issuing) {
  return Issuer{issuing.subject_name, issuing.subject_common_name, issuing.subject_organization,
                issuing.subject_key_id.value_or(key_id_of(issuing.public_key))};
}

Result<Issuer> issuer_named_in(const Certificate& issued) {
  der::DerReader in{issued.issuer_name};
  Name name = TRY(expect_name(in));
  if (!issued.authority_key_id) return malformed("certificate: no authority key identifier");
  return Issuer{issued.issuer_name, std::move(name.common_name), std::move(name.organization),
                *issued.authority_key_id};
}

Result<std::uint16_t> signer_id_of(std::string_view common_name) {
  const std::size_t at = common_name.rfind(signer_word);
  const std::string_view id = at == common_name.npos ? "" : common_name.substr(at + signer_word.size());
  if (id.size() != 4 || !is_upper_hex(id)) {
    return malformed("\"" + std::string{common_name} + "\" does not end in \" Signer \" and 4 upper-case hex digits");
  }
  return TRY(Reader{TRY(decode_hex(id))}.u16_be());
}

Result<std::string> signer_common_name(std::string_view root_common_name, std::uint16_t signer_id) {
  const std::size_t at = root_common_name.rfind(root_word);
  if (at == root_common_name.npos || at == 0) {
    return malformed("\"" + std::string{root_common_name} + "\" is not the name of a root: \"NAME Root CA\"");
  }
  Buffer id;
  Writer{id}.u16_be(signer_id);
  return std::string{root_common_name.substr(0, at)} + std::string{signer_word} + hex_upper(id);
}

Result<std::uint8_t> device_template_of(std::string_view common_name) {
  constexpr std::string_view prefix = "sn", suffix = " ATECC";
  if (common_name.starts_with(prefix) && common_name.size() == prefix.size() + unique_id_chars &&
      is_upper_hex(common_name.substr(prefix.size()))) {
    return template_sn;
  }
  if (common_name.ends_with(suffix) && common_name.size() == unique_id_chars + suffix.size() &&
      is_upper_hex(common_name.substr(0, unique_id_chars))) {
    return template_atecc;
  }
  return malformed("\"" + std::string{common_name} +
                   "\" is not the name of a device: \"sn\" and 18 upper-case hex digits");
}

Result<std::string> unique_id_of(std::string_view common_name) {
  const std::size_t skip = TRY(device_template_of(common_name)) == template_sn ? 2 : 0;
  return hex(TRY(decode_hex(common_name.substr(skip, unique_id_chars))));
}

Result<Draft> root_draft(const crypto::PublicKey& key, std::string_view organization, const PackedDates& dates) {
  Draft out = TRY(draft(key, dates));
  out.subject_name = encode_name(organization, "", std::string{organization} + std::string{root_word});
  out.issuer_name = out.subject_name;
  const Block<20> id = key_id_of(key);
  out.extensions = {subject_key_id(id), authority_key_id(id), basic_constraints(true)};
  return out;
}

Result<Draft> signer_draft(const crypto::PublicKey& key, std::uint16_t signer_id, const Issuer& root,
                           const PackedDates& dates) {
  Draft out = TRY(draft(key, dates));
  out.issuer_name = root.name;
  out.subject_name = encode_name(root.organization, "", TRY(signer_common_name(root.common_name, signer_id)));
  out.extensions = {key_usage(usage_digital_signature | usage_key_cert_sign | usage_crl_sign),
                    basic_constraints(true, std::uint8_t{0}), subject_key_id(key_id_of(key)),
                    authority_key_id(root.key_id)};
  return out;
}

Result<Draft> device_draft(const crypto::PublicKey& key, std::string_view common_name, const Issuer& signer,
                           const PackedDates& dates) {
  TRY(device_template_of(common_name));
  TRY(signer_id_of(signer.common_name));
  Draft out = TRY(draft(key, dates));
  out.issuer_name = signer.name;
  out.subject_name = encode_name(signer.organization, "", common_name);
  out.extensions = {basic_constraints(false), key_usage(usage_digital_signature | usage_key_agreement),
                    subject_key_id(key_id_of(key)), authority_key_id(signer.key_id)};
  return out;
}

}  // namespace signet::identity
