#include "element/open/enrol.h"

#include "identity/profile.h"

namespace signet::element {

Result<std::string> request_of(Element& element) {
  const auto key = TRY(element.public_key());
  const std::string name = dcn_of(TRY(element.uid()));
  const auto sign = [&](const crypto::Digest& digest) { return element.sign(digest); };
  return identity::pem("CERTIFICATE REQUEST", TRY(identity::make_request(key, name, sign)));
}

Status install_certificates(OwnElement& element, std::string_view pem) {
  if (pem.size() > identity::pem_bytes_max) return Error{Errc::too_large, "the certificates have over 64 KiB"};
  std::vector<Buffer> chain;
  std::optional<identity::Certificate> below;
  for (const std::string_view text : identity::certificate_texts(pem)) {
    auto certificate = TRY(identity::read_certificate(bytes_of(text)));
    if (chain.empty() && certificate.public_key != TRY(element.public_key())) {
      return Error{Errc::conflict, "the certificate is for another key: was it made from this element's request?"};
    }
    if (below && below->issuer_name != certificate.subject_name) {
      return Error{Errc::conflict, "the certificates do not follow each other: the device's first, then who issued it"};
    }
    chain.push_back(certificate.der);
    below = std::move(certificate);
  }
  if (chain.empty()) return Error{Errc::malformed, "there is no certificate in PEM form"};
  return element.store_certificates(chain);
}

}  // namespace signet::element
