#include "identity/draft.h"

namespace signet::identity {
namespace {

enum class Critical : bool { no, yes };

Buffer extension(Bytes id, Critical critical, Bytes value) {
  const Buffer flag = critical == Critical::yes ? der::truth(true) : Buffer{};
  return der::element(der::sequence, {der::element(der::oid, id), flag, der::element(der::octet_string, value)});
}

}  // namespace

Buffer basic_constraints(bool is_ca, std::optional<std::uint8_t> path_length) {
  const Buffer ca = is_ca ? der::truth(true) : Buffer{};  // FALSE is the default and stays out
  const Buffer path = path_length ? der::non_negative(Bytes{&*path_length, 1}) : Buffer{};
  return extension(oids::basic_constraints, Critical::yes, der::element(der::sequence, {ca, path}));
}

Buffer key_usage(std::uint16_t bits) { return extension(oids::key_usage, Critical::yes, der::named_bits(bits)); }

Buffer subject_key_id(const Block<20>& id) {
  return extension(oids::subject_key_id, Critical::no, der::element(der::octet_string, Bytes{id}));
}

Buffer authority_key_id(const Block<20>& id) {
  return extension(oids::authority_key_id, Critical::no,
                   der::element(der::sequence, der::element(der::context_primitive(0), Bytes{id})));
}

Buffer extended_key_usage(Bytes purpose) {
  return extension(oids::extended_key_usage, Critical::no,
                   der::element(der::sequence, der::element(der::oid, purpose)));
}

Buffer subject_alternative_name(Bytes general_names) {
  return extension(oids::subject_alternative_name, Critical::no, der::element(der::sequence, general_names));
}

Buffer encode_tbs(const Draft& draft) {
  const std::uint8_t v3 = 2;
  const Buffer version = der::element(der::context(0), der::non_negative(Bytes{&v3, 1}));
  const Buffer validity = der::element(der::sequence, {encode_time(draft.not_before, TimeForm::by_year),
                                                       encode_time(draft.not_after, draft.not_after_form)});
  Buffer extensions;
  for (const Buffer& each : draft.extensions) extensions.insert(extensions.end(), each.begin(), each.end());
  return der::element(
      der::sequence, {version, der::non_negative(draft.serial), encode_ecdsa_with_sha256(), draft.issuer_name, validity,
                      draft.subject_name, encode_public_key(draft.public_key),
                      der::element(der::context(3), der::element(der::sequence, extensions))});
}

Buffer encode_signed(Bytes tbs, const crypto::Signature& signature) {
  return der::element(der::sequence, {tbs, encode_ecdsa_with_sha256(), encode_signature(signature)});
}

}  // namespace signet::identity
