#include "crypto/secret.h"
#include "net/tls_backend.h"

namespace signet::net {

ServerIdentity::~ServerIdentity() {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(private_key_pem.data()), private_key_pem.size()});
}

Result<TlsBackend> parse_tls_backend(std::string_view text) {
  if (text == "openssl") return TlsBackend::openssl;
  if (text == "gnutls") return TlsBackend::gnutls;
  return Error{Errc::malformed,
               "\"" + std::string{text} + "\" is no TLS library that is known here: openssl or gnutls"};
}

Result<std::unique_ptr<TlsServer>> TlsServer::create(const ServerIdentity& identity, std::vector<std::string> alpn,
                                                     JudgePeer judge, const TlsOptions& options) {
  ServerRules rules{std::move(alpn), std::move(judge)};
  const bool is_gnutls = options.backend == TlsBackend::gnutls;
  auto state = is_gnutls ? TRY(make_gnutls_server(std::move(rules)))
                         : TRY(make_openssl_server(std::move(rules), options.legacy_ec));
  TRY(state->use(identity));
  return std::unique_ptr<TlsServer>{new TlsServer{std::move(state)}};
}

Status TlsServer::renew(const ServerIdentity& identity) { return state_->use(identity); }

MakeStream tls_streams(const TlsServer& server) {
  return [state = server.state()](int fd) { return state->accept(fd); };
}

}  // namespace signet::net
