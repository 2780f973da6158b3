// tls_backend.h -- what a TLS library does for TlsServer. Only net/tls* may include this.
#pragma once

#include "net/stream.h"

namespace signet::net {

inline constexpr std::size_t peer_chain_bytes_max = 8 * 1024;  // of certificates, before anything is known of the peer
inline constexpr std::size_t pem_certificates_max = 8;
inline constexpr std::size_t alpn_names_max = 8;

// The port: a server's secrets and rules in the form that one library wants. The streams it makes are its other half:
// handshake, read, write, end, version, alpn, peer certificate (stream.h).
struct TlsServer::State {
  virtual ~State() = default;
  virtual Status use(const ServerIdentity& identity) = 0;  // from any thread
  virtual Result<std::unique_ptr<Stream>> accept(int fd) = 0;
};

struct ServerRules {
  std::vector<std::string> alpn;
  JudgePeer judge;
};

Result<std::shared_ptr<TlsServer::State>> make_openssl_server(ServerRules rules, bool legacy_ec);
Result<std::shared_ptr<TlsServer::State>> make_gnutls_server(ServerRules rules);

}  // namespace signet::net
