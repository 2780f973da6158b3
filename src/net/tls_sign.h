// tls_sign.h -- a key that somebody else holds, asked from within a TLS library. Only net/tls* may include this.
#pragma once

#include "net/tls.h"

#include <optional>

namespace signet::net {

// In DER. Empty when nobody signed; the library can only say that the handshake failed, so the reason waits here, on
// the same thread, for who called the library.
std::optional<Buffer> sign_for_library(const SignDigest& sign, const crypto::Digest& digest);
std::optional<Error> take_signature_failure();

// conflict when `sign` does not use the private half of `public_key`.
Status check_signer(const SignDigest& sign, const crypto::PublicKey& public_key);

}  // namespace signet::net
