// Not tests: what test_support.h promises, made with OpenSSL; keys by EC_KEY, which tls_legacy_ec.h leaves alone.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "net/test_support.h"

#include "net/socket.h"
#include "net/tls_context.h"
#include "net/tls_error.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>
#include <csignal>

namespace signet::net::test {
namespace {

std::string text_in(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const BioPtr bio{BIO_new(BIO_s_mem())};
  ENSURE(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_in(bio.get());
}

crypto::PkeyPtr make_key(KeyKind kind) {
  if (kind == KeyKind::rsa) return crypto::PkeyPtr{EVP_RSA_gen(2048)};
  EC_KEY* const made = EC_KEY_new_by_curve_name(kind == KeyKind::p384 ? NID_secp384r1 : NID_X9_62_prime256v1);
  crypto::PkeyPtr key{EVP_PKEY_new()};
  ENSURE(made && EC_KEY_generate_key(made) == 1 && EVP_PKEY_assign_EC_KEY(key.get(), made) == 1);
  return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  ENSURE(extension && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

X509Ptr make_certificate(EVP_PKEY* key, const Order& order, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 1;
  X509Ptr made{X509_new()};
  X509* const certificate = made.get();
  X509* const above = issuer ? issuer : certificate;
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), order.from_seconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), order.to_seconds);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(order.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(above));
  X509_set_pubkey(certificate, key);
  if (!issuer) add_extension(certificate, above, NID_basic_constraints, "critical,CA:TRUE");
  if (issuer && !order.alternative_name.empty()) {
    add_extension(certificate, above, NID_subject_alt_name, order.alternative_name);
  }
  ENSURE(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
  return made;
}

struct RawTls {
  RawTls(int fd, const RawConfig& config, bool server) {
    sigset_t broken_pipe;  // OpenSSL's own socket writes raise it; ours must not, so only this thread is spared
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    context.reset(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
    SSL_CTX* const c = context.get();
    SSL_CTX_set_security_level(c, 0);  // or OpenSSL itself would refuse to offer the old
    if (config.version) {
      SSL_CTX_set_min_proto_version(c, config.version);
      SSL_CTX_set_max_proto_version(c, config.version);
    }
    if (!config.suites_tls12.empty()) ENSURE(SSL_CTX_set_cipher_list(c, config.suites_tls12.c_str()) == 1);
    if (!config.certificate_pem.empty()) {
      const auto chain = certificates_of(nullptr, config.certificate_pem, "test").value();
      ENSURE(SSL_CTX_use_certificate(c, chain.front().get()) == 1);
      const BioPtr text{BIO_new_mem_buf(config.key_pem.data(), static_cast<int>(config.key_pem.size()))};
      const crypto::PkeyPtr key{PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr)};
      if (SSL_CTX_use_PrivateKey(c, key.get()) != 1) wrong_key = crypto::PkeyPtr{EVP_PKEY_dup(key.get())};
    }
    if (server && !config.ca_pem.empty()) {
      const auto authorities = certificates_of(nullptr, config.ca_pem, "test").value();
      for (const auto& ca : authorities) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(c), ca.get());
      }
      SSL_CTX_set_verify(c, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    alpn = alpn_wire(config.alpn);
    if (server) {
      SSL_CTX_set_alpn_select_cb(c, choose, this);
    } else if (!alpn.empty()) {
      SSL_CTX_set_alpn_protos(c, alpn.data(), static_cast<unsigned>(alpn.size()));
    }
    ssl.reset(SSL_new(c));
    SSL_set_fd(ssl.get(), fd);
    if (config.session) SSL_set_session(ssl.get(), static_cast<SSL_SESSION*>(config.session.get()));
    if (server)
      SSL_set_accept_state(ssl.get());
    else
      SSL_set_connect_state(ssl.get());
  }

  static int choose(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size,
                    void* self) {
    const Buffer& ours = static_cast<RawTls*>(self)->alpn;
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, size, ours.data(), static_cast<unsigned>(ours.size()), in, in_size);
    *out = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  }

  RawOutcome talk(const std::string& to_send) {
    RawOutcome outcome;
    outcome.shaken = SSL_do_handshake(ssl.get()) == 1;
    if (!outcome.shaken) return outcome.error = words(), outcome;
    outcome.version = SSL_get_version(ssl.get());
    outcome.suite = SSL_get_cipher_name(ssl.get());
    const unsigned char* name = nullptr;
    unsigned name_size = 0;
    SSL_get0_alpn_selected(ssl.get(), &name, &name_size);
    if (name) outcome.alpn = text_of({name, name_size});
    if (X509* const peer = SSL_get0_peer_certificate(ssl.get())) outcome.server_certificate = der_of(peer);
    if (!to_send.empty()) SSL_write(ssl.get(), to_send.data(), static_cast<int>(to_send.size()));
    char chunk[4096];
    for (int got; (got = SSL_read(ssl.get(), chunk, sizeof chunk)) > 0;) {
      outcome.received.append(chunk, static_cast<std::size_t>(got));
    }
    outcome.is_resumed = SSL_session_reused(ssl.get()) == 1;
    outcome.session = {SSL_get1_session(ssl.get()), [](SSL_SESSION* session) { SSL_SESSION_free(session); }};
    if (!(SSL_get_shutdown(ssl.get()) & SSL_RECEIVED_SHUTDOWN) || ERR_peek_error())
      outcome.error = words();
    else
      SSL_shutdown(ssl.get());
    return outcome;
  }

  static std::string words() {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    std::string out = text ? text : "the connection broke";
    ERR_clear_error();
    return out;
  }

  SslCtxPtr context;
  SslPtr ssl;
  Buffer alpn;
  crypto::PkeyPtr wrong_key;
};

void make_blocking(int fd) {
  pollfd writable{fd, POLLOUT, 0};
  ENSURE(::poll(&writable, 1, 5000) == 1);
  const timeval patience{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ENSURE(::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0);
}

}  // namespace

struct Ca::State {
  crypto::PkeyPtr key = make_key(KeyKind::p256);
  X509Ptr certificate = make_certificate(key.get(), {.common_name = "Test CA"}, nullptr, key.get());
};

Ca::Ca() : state_(std::make_unique<State>()), pem_(pem_of(state_->certificate.get())) {}
Ca::~Ca() = default;

Issued Ca::issue(const Order& order) const {
  const crypto::PkeyPtr key = make_key(order.kind);
  const X509Ptr certificate = make_certificate(key.get(), order, state_->certificate.get(), state_->key.get());
  const BioPtr bio{BIO_new(BIO_s_mem())};
  ENSURE(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  Issued issued{pem_of(certificate.get()), der_of(certificate.get()), text_in(bio.get()), nullptr};
  if (order.kind != KeyKind::p256) return issued;
  issued.key = std::make_shared<crypto::PrivateKey>();
  const BIGNUM* const scalar = EC_KEY_get0_private_key(EVP_PKEY_get0_EC_KEY(key.get()));
  ENSURE(BN_bn2binpad(scalar, issued.key->reveal_to_fill().data(), 32) == 32);
  return issued;
}

RawOutcome raw_client(std::uint16_t port, const RawConfig& config) {
  const Fd fd = start_connecting(resolve("127.0.0.1", port).value().front()).value();
  make_blocking(fd.get());
  return RawTls{fd.get(), config, false}.talk(config.to_send);
}

RawServer::RawServer(RawConfig config) : listening_(open_listening_socket("127.0.0.1", 0).value()) {
  port_ = port_of(listening_.get());
  thread_ = std::thread{[this, config = std::move(config)] {
    pollfd waiting{listening_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, 10'000) != 1) return;
    const Fd fd = std::move(accept_socket(listening_.get()).value().fd);
    make_blocking(fd.get());
    outcome_ = RawTls{fd.get(), config, true}.talk(config.to_send);
  }};
}
RawServer::~RawServer() {
  if (thread_.joinable()) thread_.join();
}
RawOutcome RawServer::outcome() {
  thread_.join();
  return outcome_;
}

bool run(Loop& loop) {
  bool late = false;
  const auto guard = loop.after(Seconds{20}, [&] {
    late = true;
    loop.stop();
  });
  loop.run();
  loop.cancel(guard);
  return !late;
}

bool run_until(Loop& loop, const std::function<bool()>& done) {
  const auto look = [&](const auto& again) -> void {
    if (done()) return loop.stop();
    loop.after(Millis{1}, [&, again] { again(again); });
  };
  loop.after(Micros{0}, [&] { look(look); });
  return run(loop) && done();
}

World::World(TlsOptions options) : tls_options(options) {
  tls_client = TlsClient::create(trust, {device.certificate_der}, element).value();
  serve([](Bytes) { return Status{}; });
}

TlsServer& World::serve(JudgePeer judge, std::vector<std::string> alpn) {
  listener.reset();
  tls_server = TlsServer::create({server_identity.certificate_pem, server_identity.key_pem, {}}, std::move(alpn),
                                 std::move(judge), tls_options)
                   .value();
  listen_again();
  return *tls_server;
}

void World::listen_again(ListenConfig config) {
  listener.reset();
  listener = Listener::create(*loop, config, *tls_server, [this](const std::string&) {
               admitted.push_back(std::make_shared<Recorder>());
               prepare(*admitted.back());
               return admitted.back();
             }).value();
}

RawOutcome World::against_us(const RawConfig& config) {
  RawOutcome outcome;
  std::thread client{[&] {
    outcome = raw_client(listener->port(), config);
    ENSURE(loop->post([&] { loop->stop(); }));
  }};
  EXPECT_TRUE(run(*loop));
  client.join();
  return outcome;
}

std::shared_ptr<Recorder> World::dial(Millis timeout) {
  auto recorder = std::make_shared<Recorder>();
  recorder->closing = [this] { loop->stop(); };
  ENSURE(connect(*loop, "127.0.0.1", listener->port(), *tls_client, recorder, timeout));
  return recorder;
}

}  // namespace signet::net::test
