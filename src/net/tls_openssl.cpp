#include "net/tls_backend.h"
#include "net/tls_element.h"
#include "net/tls_error.h"
#include "net/tls_legacy_ec.h"
#include "net/tls_sign.h"
#include "net/tls_stream.h"
#include "net/tls_words.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <mutex>

namespace signet::net {
namespace {

// OpenSSL makes an alert of a verification error; this is the error for the alert.
int verification_error_for(Errc judged) {
  switch (alert_for(judged)) {
    case Alert::unknown_ca: return X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
    case Alert::certificate_revoked: return X509_V_ERR_CERT_REVOKED;
    case Alert::bad_certificate: return X509_V_ERR_CERT_REJECTED;
    default: return X509_V_ERR_SUBJECT_ISSUER_MISMATCH;  // certificate_unknown, as any without a row of its own
  }
}

struct Rules {
  Buffer alpn;
  JudgePeer judge;
};

// One certificate and its key, and the streams that began with it.
struct InUse {
  std::shared_ptr<const Rules> rules;
  std::shared_ptr<LegacyEc> legacy_ec;
  ElementLibrary library;  // when somebody else holds the key; before what is made of it
  std::optional<ElementKey> key;
  SslCtxPtr context;
};

int judge_leaf(X509_STORE_CTX* verification, void* server) {
  const auto& rules = *static_cast<const Rules*>(server);
  TlsStream& stream = TlsStream::of(verification);
  Buffer leaf = der_of(X509_STORE_CTX_get0_cert(verification));
  Status judged = rules.judge(leaf);
  stream.see_peer_certificate(std::move(leaf));
  if (judged) return 1;
  X509_STORE_CTX_set_error(verification, verification_error_for(judged.error().code));
  stream.refuse_peer(std::move(judged).error());
  return 0;
}

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                unsigned offered_size, void* server) {
  const Buffer& ours = static_cast<const Rules*>(server)->alpn;
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, chosen_size, ours.data(), static_cast<unsigned>(ours.size()),
                                            offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

Status use_key(SSL_CTX* context, const std::string& pem) {
  ERR_clear_error();
  const BioPtr text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const crypto::PkeyPtr key{PEM_read_bio_PrivateKey(text.get(), nullptr, no_pass_phrase, nullptr)};
  if (!key) return take_tls_error("the server's private key");
  if (!EVP_PKEY_is_a(key.get(), "EC") || EVP_PKEY_get_bits(key.get()) != 256) {
    return Error{Errc::malformed, "the server's private key: not a P-256 key"};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) return {};
  ERR_clear_error();
  return Error{Errc::conflict, "the server's private key does not belong to its certificate"};
}

Status use_signer(InUse& made, const SignDigest& sign, X509* leaf) {
  const crypto::PublicKey public_key = TRY(public_key_of(leaf));
  TRY(check_signer(sign, public_key));
  made.key = ElementKey{sign};
  const crypto::PkeyPtr key = TRY(make_element_key(made.library.context(), *made.key, public_key));
  if (SSL_CTX_use_PrivateKey(made.context.get(), key.get()) != 1) return take_tls_error("the server's private key");
  return {};
}

void set_rules(SSL_CTX* context, const Rules& rules) {
  auto* const for_callbacks = const_cast<Rules*>(&rules);
  if (!rules.alpn.empty()) SSL_CTX_set_alpn_select_cb(context, choose_alpn, for_callbacks);
  if (!rules.judge) return;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge_leaf, for_callbacks);
}

class OpensslServer final : public TlsServer::State {
 public:
  OpensslServer(ServerRules rules, std::shared_ptr<LegacyEc> legacy_ec)
      : rules_(std::make_shared<const Rules>(Rules{alpn_wire(rules.alpn), std::move(rules.judge)})),
        legacy_ec_(std::move(legacy_ec)) {}

  Status use(const ServerIdentity& identity) override {
    if (identity.sign && legacy_ec_) {
      return Error{Errc::conflict,
                   "OpenSSL's old EC code cannot use a key that is held elsewhere: turn tls_legacy_ec off, or set "
                   "tls_backend = gnutls"};
    }
    auto made = std::make_shared<InUse>();
    made->rules = rules_;
    made->legacy_ec = legacy_ec_;
    if (identity.sign) TRY(made->library.open());
    OSSL_LIB_CTX* const library = identity.sign ? made->library.context() : nullptr;
    made->context = TRY(make_context(library, TLS_server_method()));
    SSL_CTX* const context = made->context.get();
    const auto chain = TRY(certificates_of(library, identity.certificate_chain_pem, "the server's certificate"));
    TRY(public_key_of(chain.front().get()));
    TRY(use_chain(context, chain));
    if (identity.sign)
      TRY(use_signer(*made, identity.sign, chain.front().get()));
    else
      TRY(use_key(context, identity.private_key_pem));
    set_rules(context, *rules_);
    const std::lock_guard guard{mutex_};
    in_use_ = std::move(made);
    return {};
  }

  Result<std::unique_ptr<Stream>> accept(int fd) override {
    std::shared_ptr<InUse> now;
    {
      const std::lock_guard guard{mutex_};
      now = in_use_;
    }
    SSL_CTX* const context = now->context.get();
    return TlsStream::accept(std::move(now), context, fd);
  }

 private:
  std::shared_ptr<const Rules> rules_;
  std::shared_ptr<LegacyEc> legacy_ec_;
  std::mutex mutex_;  // of in_use_
  std::shared_ptr<InUse> in_use_;
};

}  // namespace

Result<std::shared_ptr<TlsServer::State>> make_openssl_server(ServerRules rules, bool legacy_ec) {
  std::shared_ptr<LegacyEc> lease;
  if (legacy_ec) lease = TRY(LegacyEc::lease());
  return {std::make_shared<OpensslServer>(std::move(rules), std::move(lease))};
}

}  // namespace signet::net
