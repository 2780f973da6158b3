#include "identity/certificate.h"
#include "identity/names.h"

#include <algorithm>

namespace signet::identity {
namespace {

constexpr std::size_t known_issuers_max = 64;

Error refused(std::string_view what) { return Error{Errc::forbidden, std::string{what}}; }

bool may(const Certificate& certificate, std::uint16_t usage) {
  return !certificate.key_usage || (*certificate.key_usage & usage) != 0;
}

// RFC 5280 6.1.4 (k) to (n): may this key sign certificates, and one of that kind?
Status check_issuer(const Certificate& subject, const Certificate& issuer) {
  if (!issuer.is_ca) return refused("its issuer is not a CA");
  if (!may(issuer, usage_key_cert_sign)) return refused("its issuer may not sign certificates (key usage)");
  if (subject.is_ca && issuer.path_length && *issuer.path_length == 0) {
    return refused("its issuer may not make CAs (path length 0)");
  }
  if (subject.is_ca && issuer.path_length && subject.path_length && *subject.path_length >= *issuer.path_length) {
    return refused("its path length passes that of its issuer");
  }
  return {};
}

Status check_signed(const Certificate& subject, const Certificate& issuer, KnownIssuers* known = nullptr) {
  if (subject.issuer_name != issuer.subject_name) {
    return refused("issued by \"" + subject.issuer_common_name + "\", not by \"" + issuer.subject_common_name + "\"");
  }
  if (subject.authority_key_id && issuer.subject_key_id && *subject.authority_key_id != *issuer.subject_key_id) {
    return refused("names another key of its issuer (authority key identifier)");
  }
  if (known && known->knows(subject, issuer)) return {};
  if (!crypto::verify(issuer.public_key, crypto::sha256(subject.tbs), subject.signature)) {
    return refused("its signature does not verify with the key of \"" + issuer.subject_common_name + "\"");
  }
  if (known) known->add(subject, issuer);
  return {};
}

Status check_leaf(const Certificate& device) {
  if (device.is_ca) return refused("is a CA");
  if (!may(device, usage_digital_signature)) return refused("may not sign (key usage)");
  if (device.client_auth && !*device.client_auth) return refused("is not for clients (extended key usage)");
  return {};
}

Status check_root(const Certificate& root, Timestamp at, KnownIssuers* known) {
  if (!root.is_ca) return refused("is not a CA");
  if (!may(root, usage_key_cert_sign)) return refused("may not sign certificates (key usage)");
  TRY(check_signed(root, root, known));
  return check_validity(root, at);
}

Status check_link(const Certificate& subject, const Certificate& issuer, Timestamp at, KnownIssuers* known) {
  TRY(check_issuer(subject, issuer));
  TRY(check_signed(subject, issuer, known));
  return check_validity(subject, at);
}

Status within(std::string_view link, Status status) {
  if (status) return {};
  return std::move(status).error().within(link);
}

}  // namespace

Status check_validity(const Certificate& certificate, Timestamp at) {
  const std::string clock = " (the clock says " + rfc3339(at) + "): is the clock right?";
  if (at < certificate.not_before) return refused("not valid before " + rfc3339(certificate.not_before) + clock);
  if (certificate.not_after != no_expiry && at > certificate.not_after) {
    return refused("not valid after " + rfc3339(certificate.not_after) + clock);
  }
  return {};
}

bool KnownIssuers::knows(const Certificate& subject, const Certificate& issuer) const {
  return std::find(links_.begin(), links_.end(), std::pair{fingerprint(subject), fingerprint(issuer)}) != links_.end();
}

void KnownIssuers::add(const Certificate& subject, const Certificate& issuer) {
  if (links_.size() == known_issuers_max) links_.clear();
  links_.emplace_back(fingerprint(subject), fingerprint(issuer));
}

Status check_issued(const Certificate& subject, const Certificate& issuer, Timestamp at) {
  return check_link(subject, issuer, at, nullptr);
}

Status check_chain(const Certificate& device, const Certificate& signer, const Certificate& root, Timestamp at,
                   KnownIssuers* known) {
  TRY(within("root", check_root(root, at, known)));
  TRY(within("signer", check_link(signer, root, at, known)));
  TRY(within("device", check_issued(device, signer, at)));
  return within("device", check_leaf(device));
}

}  // namespace signet::identity
