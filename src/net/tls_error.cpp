#include "net/tls_error.h"

#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace signet::net {
namespace {

struct Meaning {
  int reason;
  Words words;
};

constexpr Meaning meanings[] = {
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, words::no_certificate},
    {SSL_R_BAD_SIGNATURE, words::bad_signature},
    {SSL_R_WRONG_SIGNATURE_TYPE, words::wrong_algorithm},
    {SSL_R_WRONG_CURVE, words::wrong_key},
    {SSL_R_UNSUPPORTED_PROTOCOL, words::no_version},
    {SSL_R_NO_SHARED_CIPHER, words::no_suite},
    {SSL_R_NO_SUITABLE_KEY_SHARE, words::no_group},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, words::no_algorithm},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, words::no_algorithm},
    {SSL_R_NO_APPLICATION_PROTOCOL, words::no_protocol},
    {SSL_R_WRONG_VERSION_NUMBER, words::no_tls},
    {SSL_R_HTTP_REQUEST, words::http},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, words::too_long},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, words::went_away},
};

constexpr int alert_offset = SSL_AD_REASON_OFFSET;  // reasons above it are alerts that the peer sent
constexpr int alert_number_max = 255;

// The first entry of the queue that we have words for; the rest is dropped.
std::optional<Error> take_known() {
  std::optional<Error> known;
  while (const unsigned long entry = ERR_get_error()) {
    if (known || ERR_GET_LIB(entry) != ERR_LIB_SSL) continue;
    const int reason = ERR_GET_REASON(entry);
    if (reason > alert_offset && reason <= alert_offset + alert_number_max) {
      const int alert = reason - alert_offset;
      known = alert_error(alert, SSL_alert_desc_string_long(alert));
    }
    for (const Meaning& meaning : meanings) {
      if (meaning.reason == reason) known = meaning.words.error();
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
  if (ssl_error == SSL_ERROR_SYSCALL || last == 0) return broken_connection(os_errno);
  return {Errc::malformed, "TLS failed: " + reason_text(last)};
}

}  // namespace signet::net
