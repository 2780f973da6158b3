// tls_element.h -- an OpenSSL 3.0 key whose private half is elsewhere: in an element, in a token. Only net/tls* may
// include this.
//
// A built-in provider offers key management "EC" and signature "ECDSA" for such keys alone. It belongs into a library
// context of its own, beside "default" and with the preference "?provider=default", so that ECDHE and the peer's keys
// stay with OpenSSL's own code.
#pragma once

#include "net/tls_context.h"

namespace signet::net {

// Outlives every key and connection made from it.
struct ElementKey {
  SignDigest sign;
};

// A library context with OpenSSL's own provider and ours. Outlives all that is made in it.
class ElementLibrary {
 public:
  Status open();
  OSSL_LIB_CTX* context() const { return library_.get(); }

 private:
  LibCtxPtr library_{OSSL_LIB_CTX_new()};  // first, so that it goes last
  ProviderPtr default_provider_;
  ProviderPtr element_provider_;
};

// REQUIRES: `library` is an open ElementLibrary's.
Result<crypto::PkeyPtr> make_element_key(OSSL_LIB_CTX* library, ElementKey& key, const crypto::PublicKey& public_key);

// Of a certificate for a P-256 key; malformed for any other.
Result<crypto::PublicKey> public_key_of(X509* certificate);

}  // namespace signet::net
