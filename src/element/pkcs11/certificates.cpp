// Certificates as other programs look for them: CKO_CERTIFICATE, the device's with the CKA_ID of its key.
#include "element/pkcs11/pkcs11.h"
#include "identity/certificate.h"

namespace signet::element {
namespace {

using crypto::judge;
using crypto::pkcs11_attribute;
using crypto::pkcs11_bytes;

// DER INTEGER, as CKA_SERIAL_NUMBER wants it.
Buffer integer(Bytes number) {
  Buffer out{0x02, static_cast<std::uint8_t>(number.size())};
  if (!number.empty() && (number[0] & 0x80) != 0) {
    ++out[1];
    out.push_back(0);
  }
  Writer{out}.bytes(number);
  return out;
}

}  // namespace

Result<Pkcs11Element::Objects> Pkcs11Element::kept_certificates(bool leaf) {
  if (leaf) return session_->find_all(CKO_CERTIFICATE, {pkcs11_bytes(CKA_ID, id_)});
  const std::string label = label_ + "-issuer";
  return session_->find_all(CKO_CERTIFICATE, {pkcs11_bytes(CKA_LABEL, bytes_of(label))});
}

Result<Certificates> Pkcs11Element::certificates() {
  const auto leaves = TRY(kept_certificates(true));
  if (leaves.empty()) return no_certificate_yet();
  if (leaves.size() > 1) {
    return Error{Errc::corrupt, "the token holds two certificates of this key: signet element install puts it right"};
  }
  std::vector<Buffer> chain{TRY(session_->read(leaves.front(), CKA_VALUE))};
  std::vector<identity::Certificate> issuers;
  for (const CK_OBJECT_HANDLE object : TRY(kept_certificates(false))) {
    issuers.push_back(TRY(identity::parse_certificate(TRY(session_->read(object, CKA_VALUE)))));
  }
  while (chain.size() < own_certificates_max) {  // a token keeps no order: each stands below its issuer
    const auto last = TRY(identity::parse_certificate(chain.back()));
    const auto is_above = [&](const auto& issuer) {
      return issuer.subject_name == last.issuer_name && issuer.der != last.der;
    };
    const auto above = std::ranges::find_if(issuers, is_above);
    if (above == issuers.end()) break;
    chain.push_back(above->der);
  }
  return Certificates{std::move(chain)};
}

Status Pkcs11Element::put_certificate(Bytes der, bool is_leaf) {
  const auto certificate = TRY(identity::parse_certificate(der));
  const std::string label = label_ + (is_leaf ? "" : "-issuer");
  const Buffer serial = integer(certificate.serial);
  CK_OBJECT_CLASS kind = CKO_CERTIFICATE;
  CK_CERTIFICATE_TYPE type = CKC_X_509;
  CK_BBOOL yes = CK_TRUE;
  CK_BBOOL no = CK_FALSE;
  crypto::Pkcs11Session::Wanted object{pkcs11_attribute(CKA_CLASS, kind),
                                       pkcs11_attribute(CKA_CERTIFICATE_TYPE, type),
                                       pkcs11_attribute(CKA_TOKEN, yes),
                                       pkcs11_attribute(CKA_PRIVATE, no),
                                       pkcs11_bytes(CKA_LABEL, bytes_of(label)),
                                       pkcs11_bytes(CKA_SUBJECT, certificate.subject_name),
                                       pkcs11_bytes(CKA_ISSUER, certificate.issuer_name),
                                       pkcs11_bytes(CKA_SERIAL_NUMBER, serial),
                                       pkcs11_bytes(CKA_VALUE, der)};
  if (is_leaf) object.push_back(pkcs11_bytes(CKA_ID, id_));
  CK_OBJECT_HANDLE made = 0;
  return judge("C_CreateObject",
               session_->call().C_CreateObject(session_->handle(), object.data(), object.size(), &made));
}

// The new ones first: a full token, or a power cut, leaves the old ones where they are.
Status Pkcs11Element::store_certificates(const std::vector<Buffer>& chain) {
  TRY(encode_chain(chain));  // for its limits
  for (const Buffer& der : chain) TRY(identity::parse_certificate(der));
  auto before = TRY(kept_certificates(true));
  const auto issuers = TRY(kept_certificates(false));
  before.insert(before.end(), issuers.begin(), issuers.end());
  for (std::size_t i = 0; i < chain.size(); ++i) TRY(put_certificate(chain[i], i == 0));
  for (const CK_OBJECT_HANDLE object : before) {
    TRY(judge("C_DestroyObject", session_->call().C_DestroyObject(session_->handle(), object)));
  }
  return {};
}

}  // namespace signet::element
