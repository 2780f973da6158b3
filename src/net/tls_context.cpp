#include "net/tls_context.h"

#include "net/tls_error.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <ctime>

namespace signet::net {
namespace {

// RFC 9325 section 4.2, narrowed to the certificates that exist here.
constexpr const char* suites_tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305";
constexpr const char* suites_tls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr int security_level = 2;  // 112 bits at least, whatever the machine's openssl.cnf says

}  // namespace

int no_pass_phrase(char*, int, int, void*) { return 0; }

Result<SslCtxPtr> make_context(OSSL_LIB_CTX* library, const SSL_METHOD* method) {
  ERR_clear_error();
  SslCtxPtr made{SSL_CTX_new_ex(library, nullptr, method)};
  if (!made) return take_tls_error("set up TLS");
  SSL_CTX* const context = made.get();
  SSL_CTX_set_security_level(context, security_level);
  const bool allowed =
      SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
      SSL_CTX_set_cipher_list(context, suites_tls12) == 1 && SSL_CTX_set_ciphersuites(context, suites_tls13) == 1 &&
      SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1 &&
      SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256") == 1 && SSL_CTX_set_num_tickets(context, 0) == 1;
  if (!allowed) return take_tls_error("set up TLS");
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_cert_list(context, static_cast<long>(peer_chain_bytes_max));
  return made;
}

Result<std::vector<X509Ptr>> certificates_of(OSSL_LIB_CTX* library, std::string_view pem, std::string_view what) {
  ERR_clear_error();
  const BioPtr text{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  std::vector<X509Ptr> found;
  for (;;) {
    X509* certificate = X509_new_ex(library, nullptr);
    if (!PEM_read_bio_X509(text.get(), &certificate, no_pass_phrase, nullptr)) {
      X509_free(certificate);
      break;
    }
    found.emplace_back(certificate);
    if (found.size() > pem_certificates_max)
      return Error{Errc::too_large, std::string{what} + ": too many certificates"};
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return take_tls_error(what);
  ERR_clear_error();
  if (found.empty()) return Error{Errc::malformed, std::string{what} + ": no certificate in PEM form"};
  return found;
}

Result<Timestamp> end_of_certificate(std::string_view chain_pem) {
  const auto chain = TRY(certificates_of(nullptr, chain_pem, "the server's certificate"));
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(chain.front().get()), &parts) != 1) {
    return Error{Errc::malformed, "the server's certificate: an unreadable time"};
  }
  return Timestamp{Seconds{::timegm(&parts)}};
}

Status use_chain(SSL_CTX* context, const std::vector<X509Ptr>& chain) {
  ERR_clear_error();
  ENSURE(!chain.empty());
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) return take_tls_error("certificate");
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return take_tls_error("certificate chain");
  }
  return {};
}

Buffer der_of(X509* certificate) {
  const int size = i2d_X509(certificate, nullptr);
  ENSURE(size > 0);
  Buffer der(static_cast<std::size_t>(size));
  std::uint8_t* cursor = der.data();
  ENSURE(i2d_X509(certificate, &cursor) == size);
  return der;
}

Buffer alpn_wire(const std::vector<std::string>& names) {
  ENSURE(names.size() <= alpn_names_max);
  Buffer wire;
  for (const std::string& name : names) {
    ENSURE(!name.empty() && name.size() <= 255);
    Writer{wire}.u8(static_cast<std::uint8_t>(name.size())).text(name);
  }
  return wire;
}

}  // namespace signet::net
