#include "net/tls_gnutls_handles.h"

namespace signet::net {
namespace {

struct GnutlsMeaning {
  int returned;
  Words words;
  Alert alert;  // the one that OpenSSL sends
};

constexpr GnutlsMeaning gnutls_meanings[] = {
    {GNUTLS_E_CERTIFICATE_REQUIRED, words::no_certificate, Alert::certificate_required},
    {GNUTLS_E_NO_CERTIFICATE_FOUND, words::no_certificate, Alert::handshake_failure},
    {GNUTLS_E_PK_SIG_VERIFY_FAILED, words::bad_signature, Alert::decrypt_error},
    {GNUTLS_E_UNSUPPORTED_VERSION_PACKET, words::no_version, Alert::protocol_version},
    {GNUTLS_E_NO_CIPHER_SUITES, words::no_suite, Alert::handshake_failure},
    {GNUTLS_E_UNKNOWN_CIPHER_SUITE, words::no_suite, Alert::handshake_failure},
    {GNUTLS_E_NO_COMMON_KEY_SHARE, words::no_group, Alert::handshake_failure},
    {GNUTLS_E_INSUFFICIENT_CREDENTIALS, words::no_algorithm, Alert::handshake_failure},
    {GNUTLS_E_NO_APPLICATION_PROTOCOL, words::no_protocol, Alert::no_application_protocol},
    {GNUTLS_E_HANDSHAKE_TOO_LARGE, words::too_long, Alert::illegal_parameter},
    {GNUTLS_E_DECRYPTION_FAILED, {Errc::malformed, "TLS failed: a record does not decrypt"}, Alert::bad_record_mac},
};

bool starts_with_http(std::string_view bytes) {
  for (const std::string_view method : {"GET ", "POST", "HEAD", "PUT ", "CONN", "OPTI", "DELE", "PATC"}) {
    if (bytes.starts_with(method)) return true;
  }
  return false;
}

// A TLS record of a client begins with its type, handshake or alert, and the major version 3. [RFC 8446 5.1]
bool could_be_tls(std::string_view bytes) {
  const bool kind = bytes.empty() || bytes[0] == 22 || bytes[0] == 21;
  return kind && (bytes.size() < 2 || bytes[1] == 3);
}

}  // namespace

Error gnutls_setup_error(int returned, std::string_view doing) {
  return Error{Errc::malformed, gnutls_strerror(returned)}.within(doing);
}

GnutlsFailure gnutls_failure(gnutls_session_t session, int returned, const GnutlsSituation& situation) {
  if (returned == GNUTLS_E_FATAL_ALERT_RECEIVED || returned == GNUTLS_E_WARNING_ALERT_RECEIVED) {
    const gnutls_alert_description_t alert = gnutls_alert_get(session);
    const char* const name = gnutls_alert_get_name(alert);
    return {alert_error(static_cast<int>(alert), name ? name : "unknown"), std::nullopt};
  }
  if (returned == GNUTLS_E_PULL_ERROR || returned == GNUTLS_E_PUSH_ERROR) {
    return {broken_connection(situation.socket_errno), std::nullopt};
  }
  if (returned == GNUTLS_E_PREMATURE_TERMINATION) return {words::went_away.error(), std::nullopt};
  if (starts_with_http(situation.first_bytes)) return {words::http.error(), std::nullopt};
  if (!could_be_tls(situation.first_bytes)) return {words::no_tls.error(), std::nullopt};
  const bool about_signature =
      returned == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM || returned == GNUTLS_E_INCOMPATIBLE_SIG_WITH_KEY;
  if (about_signature && situation.peer_was_seen) return {words::wrong_algorithm.error(), Alert::illegal_parameter};
  if (about_signature) return {words::no_algorithm.error(), Alert::handshake_failure};
  for (const GnutlsMeaning& meaning : gnutls_meanings) {
    if (meaning.returned == returned) return {meaning.words.error(), meaning.alert};
  }
  int level = 0;
  const int number = gnutls_error_to_alert(returned, &level);
  const Alert alert = number >= 0 ? Alert{static_cast<std::uint8_t>(number)} : Alert::internal_error;
  return {{Errc::malformed, std::string{"TLS failed: "} + gnutls_strerror(returned)}, alert};
}

}  // namespace signet::net
