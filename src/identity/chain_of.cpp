#include "identity/chain_of.h"

#include "identity/compressed.h"

namespace signet::identity {

Result<std::vector<Certificate>> chain_of(element::Element& element, const element::Certificates& certificates,
                                          const Certificate& root) {
  std::vector<Certificate> chain;
  if (const auto* whole = std::get_if<std::vector<Buffer>>(&certificates)) {
    for (const Buffer& der : *whole) chain.push_back(TRY(parse_certificate(der)));
    if (chain.empty()) return Error{Errc::corrupt, "the element's chain is empty"};
    return chain;
  }
  const auto& stored = std::get<element::StoredCertificates>(certificates);
  const auto key = TRY(element.public_key());
  const auto dcn = element::dcn_of(TRY(element.uid()));
  auto signer = TRY(rebuild_signer(stored.signer, stored.signer_key, root));
  chain.push_back(TRY(rebuild_device(stored.device, key, dcn, signer)));
  chain.push_back(std::move(signer));
  return chain;
}

}  // namespace signet::identity
