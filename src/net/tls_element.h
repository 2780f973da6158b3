// tls_element.h -- an OpenSSL 3.0 key whose private half is in a secure element. Only net/tls* may include this.
//
// A built-in provider offers key management "EC" and signature "ECDSA" for such keys alone. It belongs into a library
// context of its own, beside "default" and with the preference "?provider=default", so that ECDHE and the peer's keys
// stay with OpenSSL's own code.
#pragma once

#include "net/tls_context.h"

#include <optional>

namespace signet::net {

// Outlives every key and connection made from it.
struct ElementKey {
  element::Element& element;
  std::optional<Error> failure;  // why the last signature was not made
};

Result<ProviderPtr> load_element_provider(OSSL_LIB_CTX* library);

// REQUIRES: the provider is loaded into `library`.
Result<crypto::PkeyPtr> make_element_key(OSSL_LIB_CTX* library, ElementKey& key, const crypto::PublicKey& public_key);

}  // namespace signet::net
