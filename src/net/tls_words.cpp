#include "net/tls_words.h"

#include "net/tls.h"

#include <algorithm>
#include <cstring>

namespace signet::net {

Alert alert_for(Errc judged) {
  switch (judged) {
    case Errc::not_found: return Alert::unknown_ca;
    case Errc::forbidden: return Alert::certificate_revoked;
    case Errc::unauthenticated: return Alert::bad_certificate;
    case Errc::malformed:
    case Errc::too_large:
    case Errc::conflict:
    case Errc::exhausted:
    case Errc::unavailable:
    case Errc::corrupt: return Alert::certificate_unknown;
  }
  return Alert::certificate_unknown;
}

Error alert_error(int alert, std::string_view name) {
  switch (Alert{static_cast<std::uint8_t>(alert)}) {
    case Alert::unknown_ca:
      return {Errc::unauthenticated, "refused by the peer (alert unknown_ca): it does not know our certificate"};
    case Alert::certificate_revoked:
      return {Errc::forbidden,
              "refused by the peer (alert certificate_revoked): our certificate is no longer admitted"};
    case Alert::bad_certificate:
      return {Errc::unauthenticated, "refused by the peer (alert bad_certificate): it does not accept our certificate"};
    case Alert::certificate_unknown:
      return {Errc::unauthenticated,
              "refused by the peer (alert certificate_unknown): it cannot judge our certificate"};
    case Alert::certificate_required:
      return {Errc::unauthenticated, "refused by the peer (alert certificate_required): it wants a certificate"};
    case Alert::decrypt_error:
      return {Errc::unauthenticated, "refused by the peer (alert decrypt_error): our signature does not check"};
    case Alert::protocol_version:
      return {Errc::malformed, "refused by the peer (alert protocol_version): no common TLS version"};
    case Alert::no_application_protocol:
      return {Errc::malformed, "refused by the peer (alert no_application_protocol): it does not speak our protocol"};
    default: return {Errc::malformed, "refused by the peer (alert " + std::string{name} + ")"};
  }
}

bool is_fault_of_peer(const Error& why) {
  constexpr Words faults[] = {words::no_certificate, words::bad_signature, words::wrong_algorithm,
                              words::wrong_key,      words::no_version,    words::no_suite,
                              words::no_group,       words::no_algorithm,  words::no_protocol,
                              words::no_tls,         words::http,          words::too_long};
  return std::any_of(std::begin(faults), std::end(faults), [&](const Words& w) { return why.what == w.text; });
}

Error broken_connection(int os_errno) {
  const std::string why = os_errno ? std::strerror(os_errno) : "the peer went away";
  return {Errc::unavailable, "the connection broke: " + why};
}

}  // namespace signet::net
