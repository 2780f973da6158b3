#include "crypto/secret.h"
#include "net/tls_error.h"
#include "net/tls_stream.h"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace signet::net {

struct TlsServer::State {
  SslCtxPtr context;
  Buffer alpn;
  JudgePeer judge;
};

namespace {

// OpenSSL makes an alert of a verification error; this is the error for the alert that tls.h promises.
int verification_error_for(Errc code) {
  switch (code) {
    case Errc::not_found: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;  // alert unknown_ca
    case Errc::forbidden: return X509_V_ERR_CERT_REVOKED;                       // alert certificate_revoked
    case Errc::unauthenticated: return X509_V_ERR_CERT_REJECTED;                // alert bad_certificate
    case Errc::malformed:
    case Errc::too_large:
    case Errc::conflict:
    case Errc::exhausted:
    case Errc::unavailable:
    case Errc::corrupt: return X509_V_ERR_SUBJECT_ISSUER_MISMATCH;  // alert certificate_unknown, as any without a row
  }
  return X509_V_ERR_SUBJECT_ISSUER_MISMATCH;
}

int judge_leaf(X509_STORE_CTX* verification, void* server) {
  const auto& state = *static_cast<const TlsServer::State*>(server);
  TlsStream& stream = TlsStream::of(verification);
  Buffer leaf = der_of(X509_STORE_CTX_get0_cert(verification));
  Status judged = state.judge(leaf);
  stream.see_peer_certificate(std::move(leaf));
  if (judged) return 1;
  X509_STORE_CTX_set_error(verification, verification_error_for(judged.error().code));
  stream.refuse_peer(std::move(judged).error());
  return 0;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                unsigned offered_size, void* server) {
  const Buffer& ours = static_cast<const TlsServer::State*>(server)->alpn;
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, chosen_size, ours.data(), static_cast<unsigned>(ours.size()),
                                            offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int no_pass_phrase(char*, int, int, void*) { return 0; }

Status use_key(SSL_CTX* context, const std::string& pem) {
  ERR_clear_error();
  const BioPtr text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const crypto::PkeyPtr key{PEM_read_bio_PrivateKey(text.get(), nullptr, no_pass_phrase, nullptr)};
  if (!key) return take_tls_error("the server's private key");
  if (!EVP_PKEY_is_a(key.get(), "EC") || EVP_PKEY_get_bits(key.get()) != 256) {
    return Error{Errc::malformed, "the server's private key: not a P-256 key"};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return take_tls_error("the server's private key");
  return {};
}

}  // namespace

ServerIdentity::~ServerIdentity() {
  crypto::wipe({reinterpret_cast<std::uint8_t*>(private_key_pem.data()), private_key_pem.size()});
}

Result<std::unique_ptr<TlsServer>> TlsServer::create(const ServerIdentity& identity, std::vector<std::string> alpn,
                                                     JudgePeer judge) {
  auto state = std::make_shared<State>();
  state->context = TRY(make_context(nullptr, TLS_server_method()));
  state->alpn = alpn_wire(alpn);
  state->judge = std::move(judge);
  SSL_CTX* const context = state->context.get();
  const auto chain = TRY(certificates_of(nullptr, identity.certificate_chain_pem, "the server's certificate"));
  TRY(use_chain(context, chain));
  TRY(use_key(context, identity.private_key_pem));
  if (!state->alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_alpn, state.get());
  if (state->judge) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, judge_leaf, state.get());
  }
  return std::unique_ptr<TlsServer>{new TlsServer{std::move(state)}};
}

MakeStream tls_streams(const TlsServer& server) {
  return [state = server.state()](int fd) { return TlsStream::accept(state, state->context.get(), fd); };
}

}  // namespace signet::net
