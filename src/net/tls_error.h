// tls_error.h -- OpenSSL's error queue as one Error. Only net/tls* may include this.
#pragma once

#include "base/result.h"

namespace signet::net {

// Empties this thread's queue. `doing` opens the text. The code is malformed unless the reason has a better one.
Error take_tls_error(std::string_view doing);

// For a failed call on a connection: names what the peer did wrong, or which alert it sent, in words for the log.
// `ssl_error` is SSL_get_error's answer, `os_errno` what the socket said, 0 when nothing.
Error take_connection_error(int ssl_error, int os_errno);

}  // namespace signet::net
