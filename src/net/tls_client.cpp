#include "base/clock.h"
#include "net/tls_element.h"
#include "net/tls_error.h"
#include "net/tls_legacy_ec.h"
#include "net/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <ctime>

namespace signet::net {

struct TlsClient::State {
  explicit State(element::Element& e)
      : element(e), key{[&e](const crypto::Digest& digest) { return e.sign(digest); }} {}
  element::Element& element;
  ElementLibrary library;  // before what is made of it
  ElementKey key;
  SslCtxPtr context;
  ClientTrust trust;
};

namespace {

bool is_address(const std::string& name) {
  std::uint8_t bytes[16];
  return ::inet_pton(AF_INET, name.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

std::string text_of_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable time";
  return rfc3339(Timestamp{Seconds{::timegm(&parts)}});
}

std::string explain_clock(X509* certificate, const std::string& whose, bool ended) {
  const ASN1_TIME* const limit = ended ? X509_get0_notAfter(certificate) : X509_get0_notBefore(certificate);
  const Timestamp now = std::chrono::floor<Seconds>(SystemClock{}.now());
  return whose + (ended ? " ended at " : " is not valid before ") + text_of_time(limit) + " and this clock says " +
         rfc3339(now) + ": is the board's clock right?";
}

std::string explain(X509_STORE_CTX* verification) {
  const bool leaf = X509_STORE_CTX_get_error_depth(verification) == 0;
  const std::string whose = leaf ? "the server's certificate" : "the certificate of the server's CA";
  X509* const certificate = X509_STORE_CTX_get_current_cert(verification);
  const int error = X509_STORE_CTX_get_error(verification);
  switch (error) {
    case X509_V_ERR_CERT_NOT_YET_VALID: return explain_clock(certificate, whose, false);
    case X509_V_ERR_CERT_HAS_EXPIRED: return explain_clock(certificate, whose, true);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return whose + " is for another name";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return whose + " is not from the CA that is trusted here: is this the right manager?";
    default: return whose + " is not accepted: " + X509_verify_cert_error_string(error);
  }
}

int judge_server(int accepted, X509_STORE_CTX* verification) {
  if (accepted == 1) return 1;
  TlsStream::of(verification).refuse_peer({Errc::unauthenticated, explain(verification)});
  return 0;
}

Status trust_only(SSL_CTX* context, OSSL_LIB_CTX* library, const ClientTrust& trust) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  const std::vector<X509Ptr> authorities = TRY(certificates_of(library, trust.ca_pem, "the trusted CA"));
  for (const X509Ptr& ca : authorities) {
    if (X509_STORE_add_cert(store, ca.get()) != 1) return take_tls_error("the trusted CA");
  }
  if (trust.server_name.empty()) return Error{Errc::malformed, "no server name to hold the server's certificate to"};
  X509_VERIFY_PARAM* const param = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_flags(param,
                              X509_V_FLAG_PARTIAL_CHAIN);  // what is in the store is the anchor, whoever signed it
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool named = is_address(trust.server_name)
                         ? X509_VERIFY_PARAM_set1_ip_asc(param, trust.server_name.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_host(param, trust.server_name.data(), trust.server_name.size()) == 1;
  if (!named) return take_tls_error("server name");
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, judge_server);
  return {};
}

Result<std::vector<X509Ptr>> parse_chain(OSSL_LIB_CTX* library, const std::vector<Buffer>& chain) {
  std::vector<X509Ptr> parsed;
  for (const Buffer& der : chain) {
    ERR_clear_error();
    X509* certificate = X509_new_ex(library, nullptr);
    const std::uint8_t* cursor = der.data();
    if (!d2i_X509(&certificate, &cursor, static_cast<long>(der.size())) || cursor != der.data() + der.size()) {
      X509_free(certificate);
      return take_tls_error("the element's certificate");
    }
    parsed.emplace_back(certificate);
  }
  if (parsed.empty()) return Error{Errc::malformed, "the element has no certificate to show"};
  return parsed;
}

Status show_identity(TlsClient::State& state, const std::vector<Buffer>& chain) {
  const crypto::PublicKey public_key = TRY(state.element.public_key());
  const auto certificates = TRY(parse_chain(state.library.context(), chain));
  const auto certified = public_key_of(certificates.front().get());
  if (!certified || certified.value() != public_key) {
    return Error{Errc::conflict, "the certificate is not for the key in this element"};
  }
  TRY(use_chain(state.context.get(), certificates));
  const crypto::PkeyPtr key = TRY(make_element_key(state.library.context(), state.key, public_key));
  if (SSL_CTX_use_PrivateKey(state.context.get(), key.get()) != 1) return take_tls_error("the element's key");
  return {};
}

// A TlsStream that insists on its protocol.
class ClientStream final : public Stream {
 public:
  ClientStream(std::shared_ptr<TlsClient::State> state, std::unique_ptr<Stream> inner)
      : state_(std::move(state)), inner_(std::move(inner)) {}

  Result<Need> handshake() override {
    const LegacyEc::Pause pause;  // a key outside OpenSSL signs through a provider, or not at all
    Result<Need> step = inner_->handshake();
    if (step && step.value() == Need::nothing && inner_->alpn() != state_->trust.alpn) {
      return Error{Errc::unauthenticated, "the server does not speak \"" + state_->trust.alpn + "\" (ALPN)"};
    }
    return step;
  }
  Result<Moved> read(std::span<std::uint8_t> into) override { return inner_->read(into); }
  Result<Moved> write(Bytes bytes) override { return inner_->write(bytes); }
  Need end() override { return inner_->end(); }
  std::string version() const override { return inner_->version(); }
  std::string alpn() const override { return inner_->alpn(); }
  const Buffer& peer_certificate() const override { return inner_->peer_certificate(); }

 private:
  std::shared_ptr<TlsClient::State> state_;
  std::unique_ptr<Stream> inner_;
};

}  // namespace

Result<TlsVersion> parse_tls_version(std::string_view text) {
  if (text == "1.2") return TlsVersion::v1_2;
  if (text == "1.3") return TlsVersion::v1_3;
  return Error{Errc::malformed, "\"" + std::string{text} + "\" is no version of TLS that is spoken here: 1.2 or 1.3"};
}

Result<std::unique_ptr<TlsClient>> TlsClient::create(const ClientTrust& trust, const std::vector<Buffer>& chain,
                                                     element::Element& element) {
  auto state = std::make_shared<State>(element);
  state->trust = trust;
  TRY(state->library.open());
  state->context = TRY(make_context(state->library.context(), TLS_client_method()));
  const int newest = trust.newest == TlsVersion::v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
  if (SSL_CTX_set_max_proto_version(state->context.get(), newest) != 1) return take_tls_error("set up TLS");
  TRY(trust_only(state->context.get(), state->library.context(), trust));
  TRY(show_identity(*state, chain));
  const Buffer alpn = trust.alpn.empty() ? Buffer{} : alpn_wire({trust.alpn});
  if (SSL_CTX_set_alpn_protos(state->context.get(), alpn.data(), static_cast<unsigned>(alpn.size())) != 0) {
    return take_tls_error("ALPN");
  }
  return std::unique_ptr<TlsClient>{new TlsClient{std::move(state)}};
}

MakeStream tls_streams(const TlsClient& client) {
  return [state = client.state()](int fd) -> Result<std::unique_ptr<Stream>> {
    const std::string& name = state->trust.server_name;
    auto inner = TRY(TlsStream::connect(state, state->context.get(), fd, is_address(name) ? "" : name));
    return {std::make_unique<ClientStream>(state, std::move(inner))};
  };
}

}  // namespace signet::net
