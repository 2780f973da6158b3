#include "net/tls_error.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <cstring>

namespace signet::net {
namespace {

struct Meaning {
  int reason;
  Errc code;
  const char* text;
};

constexpr Meaning meanings[] = {
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, Errc::unauthenticated, "the peer showed no certificate"},
    {SSL_R_BAD_SIGNATURE, Errc::unauthenticated, "the peer does not hold the key of the certificate it showed"},
    {SSL_R_WRONG_SIGNATURE_TYPE, Errc::unauthenticated, "the peer signed with an algorithm that was not offered"},
    {SSL_R_UNSUPPORTED_PROTOCOL, Errc::malformed, "the peer offers neither TLS 1.3 nor TLS 1.2"},
    {SSL_R_NO_SHARED_CIPHER, Errc::malformed, "the peer offers no cipher suite that is allowed here"},
    {SSL_R_NO_SUITABLE_KEY_SHARE, Errc::malformed, "the peer offers neither X25519 nor P-256"},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, Errc::malformed, "the peer does not offer ECDSA with SHA-256"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, Errc::malformed, "the peer does not offer ECDSA with SHA-256"},
    {SSL_R_NO_APPLICATION_PROTOCOL, Errc::malformed, "the peer offers no protocol (ALPN) that is spoken here"},
    {SSL_R_WRONG_VERSION_NUMBER, Errc::malformed, "the peer does not speak TLS"},
    {SSL_R_HTTP_REQUEST, Errc::malformed, "the peer speaks plain HTTP to a TLS port"},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, Errc::too_large, "the peer's certificates or messages are too long"},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, Errc::unavailable, "the peer went away in the middle of the connection"},
};

constexpr int alert_offset = SSL_AD_REASON_OFFSET;  // reasons above it are alerts that the peer sent
constexpr int alert_number_max = 255;

Error alert_error(int alert) {
  switch (alert) {
    case SSL_AD_UNKNOWN_CA:
      return {Errc::unauthenticated, "refused by the peer (alert unknown_ca): it does not know our certificate"};
    case SSL_AD_CERTIFICATE_REVOKED:
      return {Errc::forbidden,
              "refused by the peer (alert certificate_revoked): our certificate is no longer admitted"};
    case SSL_AD_BAD_CERTIFICATE:
      return {Errc::unauthenticated, "refused by the peer (alert bad_certificate): it does not accept our certificate"};
    case SSL_AD_CERTIFICATE_UNKNOWN:
      return {Errc::unauthenticated,
              "refused by the peer (alert certificate_unknown): it cannot judge our certificate"};
    case SSL_AD_CERTIFICATE_REQUIRED:
      return {Errc::unauthenticated, "refused by the peer (alert certificate_required): it wants a certificate"};
    case SSL_AD_DECRYPT_ERROR:
      return {Errc::unauthenticated, "refused by the peer (alert decrypt_error): our signature does not check"};
    case SSL_AD_PROTOCOL_VERSION:
      return {Errc::malformed, "refused by the peer (alert protocol_version): no common TLS version"};
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return {Errc::malformed, "refused by the peer (alert no_application_protocol): it does not speak our protocol"};
    default:
      return {Errc::malformed, std::string{"refused by the peer (alert "} + SSL_alert_desc_string_long(alert) + ")"};
  }
}

// The first entry of the queue that we have words for; the rest is dropped.
std::optional<Error> take_known() {
  std::optional<Error> known;
  while (const unsigned long entry = ERR_get_error()) {
    if (known || ERR_GET_LIB(entry) != ERR_LIB_SSL) continue;
    const int reason = ERR_GET_REASON(entry);
    if (reason > alert_offset && reason <= alert_offset + alert_number_max) known = alert_error(reason - alert_offset);
    for (const Meaning& meaning : meanings) {
      if (meaning.reason == reason) known = Error{meaning.code, meaning.text};
    }
  }
  return known;
}

std::string reason_text(unsigned long entry) {
  const char* reason = entry ? ERR_reason_error_string(entry) : nullptr;
  return reason ? reason : "no reason given";
}

}  // namespace

Error take_tls_error(std::string_view doing) {
  const unsigned long last = ERR_peek_last_error();
  Error error = take_known().value_or(Error{Errc::malformed, reason_text(last)});
  return std::move(error).within(doing);
}

Error take_connection_error(int ssl_error, int os_errno) {
  const unsigned long last = ERR_peek_last_error();
  if (std::optional<Error> known = take_known()) return *std::move(known);
  if (ssl_error == SSL_ERROR_SYSCALL || last == 0) {
    const std::string why = os_errno ? std::strerror(os_errno) : "the peer went away";
    return {Errc::unavailable, "the connection broke: " + why};
  }
  return {Errc::malformed, "TLS failed: " + reason_text(last)};
}

}  // namespace signet::net
