// tls_certificate_message.h -- the leaf in a client's Certificate message, found before any library parses it.
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

}  // namespace signet::net
