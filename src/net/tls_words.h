// tls_words.h -- what can go wrong on a TLS connection, in one operator's language whichever library says it.
// Only net/tls* may include this.
#pragma once

#include "base/result.h"

#include <string_view>

namespace signet::net {

// RFC 8446 section 6; those we send or have words for.
enum class Alert : std::uint8_t {
  unexpected_message = 10,
  bad_record_mac = 20,
  handshake_failure = 40,
  bad_certificate = 42,
  certificate_revoked = 44,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  decode_error = 50,
  decrypt_error = 51,
  protocol_version = 70,
  internal_error = 80,
  no_renegotiation = 100,
  certificate_required = 116,
  no_application_protocol = 120,
};

// The alert that tls.h promises for a judge's Error.
Alert alert_for(Errc judged);

// The peer refused us with this alert; `name` is the library's word for it.
Error alert_error(int alert, std::string_view name);

struct Words {
  Errc code;
  const char* text;
  Error error() const { return {code, text}; }
};

namespace words {
inline constexpr Words no_certificate{Errc::unauthenticated, "the peer showed no certificate"};
inline constexpr Words bad_signature{Errc::unauthenticated,
                                     "the peer does not hold the key of the certificate it showed"};
inline constexpr Words wrong_algorithm{Errc::unauthenticated, "the peer signed with an algorithm that was not offered"};
inline constexpr Words wrong_key{Errc::unauthenticated, "the peer's certificate is not for a P-256 key"};
inline constexpr Words no_version{Errc::malformed, "the peer offers neither TLS 1.3 nor TLS 1.2"};
inline constexpr Words no_suite{Errc::malformed, "the peer offers no cipher suite that is allowed here"};
inline constexpr Words no_group{Errc::malformed, "the peer offers neither X25519 nor P-256"};
inline constexpr Words no_algorithm{Errc::malformed, "the peer does not offer ECDSA with SHA-256"};
inline constexpr Words no_protocol{Errc::malformed, "the peer offers no protocol (ALPN) that is spoken here"};
inline constexpr Words no_tls{Errc::malformed, "the peer does not speak TLS"};
inline constexpr Words http{Errc::malformed, "the peer speaks plain HTTP to a TLS port"};
inline constexpr Words too_long{Errc::too_large, "the peer's certificates or messages are too long"};
inline constexpr Words went_away{Errc::unavailable, "the peer went away in the middle of the connection"};
}  // namespace words

// The socket said so; 0: it said nothing.
Error broken_connection(int os_errno);

}  // namespace signet::net
