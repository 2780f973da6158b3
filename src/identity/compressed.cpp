#include "identity/compressed.h"

#include "identity/template.h"

namespace signet::identity {
namespace {

constexpr std::uint8_t source_key_and_dates = 0xa;

Error not_compressed(std::string_view what) {
  return Error{Errc::malformed, "compressed certificate: " + std::string{what}};
}

struct Parts {
  crypto::Signature signature;
  PackedDates dates;
  std::uint16_t signer_id;
  std::uint8_t template_id;
};

Compressed pack(const Parts& parts) {
  Buffer out;
  Writer w{out};
  w.bytes(parts.signature).bytes(parts.dates.bytes).u16_be(parts.signer_id);
  w.u8(static_cast<std::uint8_t>(parts.template_id << 4));  // chain 0
  w.u8(static_cast<std::uint8_t>(source_key_and_dates << 4 | parts.dates.version)).u8(parts.dates.more);
  Compressed block;
  std::copy(out.begin(), out.end(), block.begin());
  return block;
}

Result<Parts> unpack(const Compressed& compressed) {
  Reader in{compressed};
  Parts out{};
  out.signature = TRY(in.block<64>());
  out.dates.bytes = TRY(in.block<3>());
  out.signer_id = TRY(in.u16_be());
  const std::uint8_t template_chain = TRY(in.u8());
  const std::uint8_t source_version = TRY(in.u8());
  out.dates.more = TRY(in.u8());
  if ((template_chain & 15) != 0) return not_compressed("chain is not 0");
  if (source_version >> 4 != source_key_and_dates) return not_compressed("serial number source is not A");
  out.template_id = template_chain >> 4;
  out.dates.version = source_version & 15;
  return out;
}

// A rebuilt certificate is worth exactly as much as the signature in it.
Result<Certificate> finish(const Draft& draft, const Parts& parts, const Certificate& issuer) {
  const Buffer tbs = encode_tbs(draft);
  if (!crypto::verify(issuer.public_key, crypto::sha256(tbs), parts.signature)) {
    return Error{Errc::corrupt, "compressed certificate: the rebuilt certificate does not verify with \"" +
                                    issuer.subject_common_name + "\": another key, another issuer, or damaged bytes"};
  }
  return parse_certificate(encode_signed(tbs, parts.signature));
}

}  // namespace

Result<Compressed> compress(const Certificate& certificate) {
  const Issuer issuer = TRY(issuer_named_in(certificate));
  const unsigned years = TRY(years_between(certificate.not_before, certificate.not_after));
  Parts parts{certificate.signature, TRY(pack_dates(certificate.not_before, years)), 0, template_signer};
  Draft draft;
  if (certificate.is_ca) {
    parts.signer_id = TRY(signer_id_of(certificate.subject_common_name));
    draft = TRY(signer_draft(certificate.public_key, parts.signer_id, issuer, parts.dates));
  } else {
    parts.signer_id = TRY(signer_id_of(issuer.common_name));
    parts.template_id = TRY(device_template_of(certificate.subject_common_name));
    draft = TRY(device_draft(certificate.public_key, certificate.subject_common_name, issuer, parts.dates));
  }
  if (encode_tbs(draft) != certificate.tbs)
    return not_compressed("the certificate is not of the profile, byte for byte");
  return pack(parts);
}

Result<Certificate> rebuild_signer(const Compressed& compressed, const crypto::PublicKey& signer_key,
                                   const Certificate& root) {
  const Parts parts = TRY(unpack(compressed));
  if (parts.template_id != template_signer) return not_compressed("not of a signer (template 1)");
  if (!crypto::is_public_key(signer_key)) return not_compressed("the signer's key is not a point on the curve");
  const Issuer issuer = TRY(issuer_for(root));
  return finish(TRY(signer_draft(signer_key, parts.signer_id, issuer, parts.dates)), parts, root);
}

Result<Certificate> rebuild_device(const Compressed& compressed, const crypto::PublicKey& device_key,
                                   std::string_view dcn, const Certificate& signer) {
  const Parts parts = TRY(unpack(compressed));
  if (parts.template_id != TRY(device_template_of(dcn))) return not_compressed("its template is not that of this name");
  if (!crypto::is_public_key(device_key)) return not_compressed("the device's key is not a point on the curve");
  if (parts.signer_id != TRY(signer_id_of(signer.subject_common_name))) return not_compressed("of another signer");
  const Issuer issuer = TRY(issuer_for(signer));
  return finish(TRY(device_draft(device_key, dcn, issuer, parts.dates)), parts, signer);
}

}  // namespace signet::identity
