// tls_gnutls_p256.h -- ECDSA signatures on P-256 that GnuTLS asks nettle to verify, verified by OpenSSL's code instead.
//
// It takes two fifths of the time, and is the greatest part of a handshake. GnuTLS has no interface to bring another
// P-256, but calls nettle by name: a program that defines nettle_ecdsa_verify itself is asked in nettle's place, by the
// ordinary rules of the dynamic linker. Another curve goes to nettle as before; so does everything where GnuTLS is
// bound otherwise. Only net/tls_gnutls* may include this.
#pragma once

#include <cstdint>

namespace signet::net {

// How many this process has verified; GnuTLS's own do not count.
std::uint64_t p256_verified_for_gnutls();

}  // namespace signet::net
