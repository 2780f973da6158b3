// tls_legacy_ec.h -- sends OpenSSL 3.0's P-256 keys down its code from before providers. Only net/tls* may include
// this.
//
// OpenSSL 3.0 decodes the key of each certificate through OSSL_DECODER, some 200 us a handshake. An ENGINE that offers
// OpenSSL's own EC method makes it take the old path instead: the same mathematics, without decoders and fetches.
// It holds for the whole process while a lease lives, and it has a price: EVP_EC_gen and EVP_PKEY_fromdata no longer
// make EC keys, and a key of another provider (tls_element.h) does not sign. This project's crypto/ uses EC_KEY, and
// net/tls* pauses it where it must; other code in the process has to have its keys before. X25519 is left alone: it
// would break the handshake. ENGINE is deprecated and leaves OpenSSL with version 4.
#pragma once

#include "base/result.h"

#include <memory>

namespace signet::net {

class LegacyEc {
 public:
  // The process's lease, made when nobody holds it.
  static Result<std::shared_ptr<LegacyEc>> lease();
  ~LegacyEc();

  // While one lives, all is as if there were no lease; a handshake of another thread takes the slow path meanwhile.
  class Pause {
   public:
    Pause();
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
  };

 private:
  LegacyEc() = default;
};

}  // namespace signet::net
