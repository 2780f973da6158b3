// draft.h -- a certificate before it is signed, and its DER. For this module alone.
#pragma once

#include "identity/names.h"

namespace signet::identity {

struct Draft {
  Buffer serial;
  Buffer issuer_name;
  Timestamp not_before;
  Timestamp not_after;
  TimeForm not_after_form = TimeForm::by_year;
  Buffer subject_name;
  crypto::PublicKey public_key;
  std::vector<Buffer> extensions;  // in the order in which they shall stand
};

// The extensions, whole. Basic constraints and key usage are critical, the others are not.
Buffer basic_constraints(bool is_ca, std::optional<std::uint8_t> path_length = std::nullopt);
Buffer key_usage(std::uint16_t bits);
Buffer subject_key_id(const Block<20>& id);
Buffer authority_key_id(const Block<20>& id);
Buffer extended_key_usage(Bytes purpose);
Buffer subject_alternative_name(Bytes general_names);  // GeneralNames, joined

Buffer encode_tbs(const Draft& draft);
// Certificate and CertificationRequest are the same around what is signed.
Buffer encode_signed(Bytes tbs, const crypto::Signature& signature);

}  // namespace signet::identity
