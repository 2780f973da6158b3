// tls_gnutls_handles.h -- owners of GnuTLS's objects, and its errors as ours. Only net/tls_gnutls* may include this.
#pragma once

#include "base/freed.h"
#include "net/tls_words.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <memory>
#include <type_traits>

namespace signet::net {

using GnutlsSession = std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, Freed<gnutls_deinit>>;
using GnutlsCredentials = std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>,
                                          Freed<gnutls_certificate_free_credentials>>;
using GnutlsPriority = std::unique_ptr<std::remove_pointer_t<gnutls_priority_t>, Freed<gnutls_priority_deinit>>;
using GnutlsPrivateKey = std::unique_ptr<std::remove_pointer_t<gnutls_privkey_t>, Freed<gnutls_privkey_deinit>>;
using GnutlsPublicKey = std::unique_ptr<std::remove_pointer_t<gnutls_pubkey_t>, Freed<gnutls_pubkey_deinit>>;

// For a failed call that has no peer: `doing` opens the text.
Error gnutls_setup_error(int returned, std::string_view doing);

// Why a connection failed, and what its peer is told: nothing when it ended it itself.
struct GnutlsFailure {
  Error why;
  std::optional<Alert> alert;
};
struct GnutlsSituation {
  bool peer_was_seen = false;    // its certificate came
  std::string_view first_bytes;  // of what it ever sent
  int socket_errno = 0;
};
GnutlsFailure gnutls_failure(gnutls_session_t session, int returned, const GnutlsSituation& situation);

}  // namespace signet::net
