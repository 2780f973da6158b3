#include "crypto/secret.h"
#include "net/tls_backend.h"

namespace signet::net {

ServerIdentity::~ServerIdentity() {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(private_key_pem.data()), private_key_pem.size()});
}

Status parse_value(std::string_view text, TlsBackend& out) {
  if (text != "openssl" && text != "gnutls") return Error{Errc::malformed, "neither openssl nor gnutls"};
  out = text == "gnutls" ? TlsBackend::gnutls : TlsBackend::openssl;
  return {};
}

std::string print_value(TlsBackend backend) { return backend == TlsBackend::gnutls ? "gnutls" : "openssl"; }

void IdentityFeed::subscribe(const std::shared_ptr<TlsServer::State>& server) {
  const std::lock_guard guard{mutex_};
  std::erase_if(servers_, [](const auto& one) { return one.expired(); });
  servers_.push_back(server);
}

Status IdentityFeed::publish(const ServerIdentity& identity) {
  const std::lock_guard guard{mutex_};
  for (const auto& one : servers_) {
    const auto server = one.lock();
    if (server) TRY(server->use(identity));  // what does not fit does not fit the first
  }
  return {};
}

Result<std::unique_ptr<TlsServer>> TlsServer::create(const ServerIdentity& identity, std::vector<std::string> alpn,
                                                     JudgePeer judge, const TlsOptions& options) {
  ServerRules rules{std::move(alpn), std::move(judge)};
  const bool is_gnutls = options.backend == TlsBackend::gnutls;
  auto state = is_gnutls ? TRY(make_gnutls_server(std::move(rules)))
                         : TRY(make_openssl_server(std::move(rules), options.legacy_ec));
  TRY(state->use(identity));
  if (identity.feed) identity.feed->subscribe(state);
  return std::unique_ptr<TlsServer>{new TlsServer{std::move(state)}};
}

Status TlsServer::renew(const ServerIdentity& identity) { return state_->use(identity); }

MakeStream tls_streams(const TlsServer& server) {
  return [state = server.state()](int fd) { return state->accept(fd); };
}

}  // namespace signet::net
