// tls_certificate_message.h -- the leaf in a client's Certificate message, found before any library parses it, and the
// kind of its key.
//
//   TLS 1.3 (RFC 8446 4.4.2)   context:u8<0..255>  list:u24{ certificate:u24<1..>  extensions:u16<..> ... }
//   TLS 1.2 (RFC 5246 7.4.6)                       list:u24{ certificate:u24<1..> ... }
// Pure.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "net/tls.h"

namespace signet::net {

// Borrowed from `message`, which is without the handshake header; empty when the peer shows none. malformed when a
// length does not fit.
Result<Bytes> leaf_of_certificate_message(Bytes message, TlsVersion version);

// Whether the subject's key is a point on P-256, uncompressed (RFC 5480), by the names in the certificate alone.
bool is_certificate_of_p256_key(Bytes certificate_der);

}  // namespace signet::net
