#include "net/tls_backend.h"
#include "net/tls_gnutls_p256.h"
#include "net/tls_gnutls_stream.h"
#include "net/tls_sign.h"

#include <algorithm>
#include <mutex>

namespace signet::net {
namespace {

// What tls_context.cpp tells OpenSSL, in GnuTLS's words. "NONE" first: nothing that the machine's defaults add.
constexpr const char* rules_as_priority =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-X509:+COMP-NULL:+ECDHE-ECDSA:+AEAD"
    ":+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+GROUP-X25519:+GROUP-SECP256R1"
    ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256:%SERVER_PRECEDENCE";

struct Chain {
  ~Chain() {
    for (unsigned i = 0; i < count; ++i) gnutls_pcert_deinit(&certificates[i]);
  }
  gnutls_pcert_st certificates[pem_certificates_max];
  unsigned count = 0;
};

gnutls_datum_t datum(std::string_view text) {  // the C interface takes no const
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

Status read_chain(Chain& chain, std::string_view pem) {
  constexpr std::string_view what = "the server's certificate";
  const gnutls_datum_t text = datum(pem);
  unsigned count = pem_certificates_max;
  const int read = gnutls_pcert_list_import_x509_raw(chain.certificates, &count, &text, GNUTLS_X509_FMT_PEM,
                                                     GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);
  if (read == GNUTLS_E_SHORT_MEMORY_BUFFER)
    return Error{Errc::too_large, std::string{what} + ": too many certificates"};
  if (read == GNUTLS_E_NO_CERTIFICATE_FOUND || (read >= 0 && count == 0)) {
    return Error{Errc::malformed, std::string{what} + ": no certificate in PEM form"};
  }
  if (read < 0) return gnutls_setup_error(read, what);
  chain.count = count;
  return {};
}

Result<crypto::PublicKey> key_of_leaf(gnutls_pcert_st& leaf) {
  const Error wrong{Errc::malformed, "the certificate is not for a P-256 key"};
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  gnutls_datum_t x{}, y{};
  const int done = gnutls_pubkey_export_ecc_raw2(leaf.pubkey, &curve, &x, &y, GNUTLS_EXPORT_FLAG_NO_LZ);
  crypto::PublicKey key{};
  const std::size_t half = key.size() / 2;
  const bool fits = done == 0 && curve == GNUTLS_ECC_CURVE_SECP256R1 && x.size <= half && y.size <= half;
  if (fits) {
    std::copy(x.data, x.data + x.size, key.begin() + static_cast<std::ptrdiff_t>(half - x.size));
    std::copy(y.data, y.data + y.size, key.end() - static_cast<std::ptrdiff_t>(y.size));
  }
  gnutls_free(x.data);
  gnutls_free(y.data);
  if (!fits) return wrong;
  return key;
}

int sign_digest(const SignDigest& sign, const crypto::Digest& digest, gnutls_datum_t* signature) {
  const auto der = sign_for_library(sign, digest);
  if (!der) return GNUTLS_E_PK_SIGN_FAILED;
  signature->data = static_cast<unsigned char*>(gnutls_malloc(der->size()));
  if (!signature->data) return GNUTLS_E_MEMORY_ERROR;
  std::copy(der->begin(), der->end(), signature->data);
  signature->size = static_cast<unsigned>(der->size());
  return 0;
}

bool is_our_algorithm(gnutls_sign_algorithm_t algorithm) {
  return algorithm == GNUTLS_SIGN_ECDSA_SHA256 || algorithm == GNUTLS_SIGN_ECDSA_SECP256R1_SHA256;
}

int sign_data(gnutls_privkey_t, gnutls_sign_algorithm_t algorithm, void* signer, unsigned, const gnutls_datum_t* data,
              gnutls_datum_t* signature) {
  if (!is_our_algorithm(algorithm)) return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
  return sign_digest(*static_cast<const SignDigest*>(signer), crypto::sha256({data->data, data->size}), signature);
}

int sign_hash(gnutls_privkey_t, gnutls_sign_algorithm_t algorithm, void* signer, unsigned, const gnutls_datum_t* hash,
              gnutls_datum_t* signature) {
  crypto::Digest digest;
  if (!is_our_algorithm(algorithm) || hash->size != digest.size()) return GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM;
  std::copy(hash->data, hash->data + hash->size, digest.begin());
  return sign_digest(*static_cast<const SignDigest*>(signer), digest, signature);
}

int about_signer(gnutls_privkey_t, unsigned asked, void*) {
  if (asked & GNUTLS_PRIVKEY_INFO_PK_ALGO) return GNUTLS_PK_EC;
  if (asked & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) return 256;
  const auto algorithm = static_cast<gnutls_sign_algorithm_t>(GNUTLS_FLAGS_TO_SIGN_ALGO(asked));
  if (asked & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) return is_our_algorithm(algorithm);
  return GNUTLS_SIGN_ECDSA_SHA256;
}

constexpr std::string_view private_key_name = "the server's private key";

// GnuTLS reads every form of a key's PEM; OpenSSL's P-256 signs in two fifths of the time of GnuTLS's (crypto/p256.h).
Result<SignDigest> signer_of_pem(const std::string& pem) {
  gnutls_privkey_t reading = nullptr;
  if (gnutls_privkey_init(&reading) != 0) return Error{Errc::exhausted, "set up TLS"};
  const GnutlsPrivateKey owned{reading};
  const gnutls_datum_t text = datum(pem);
  const int read = gnutls_privkey_import_x509_raw(reading, &text, GNUTLS_X509_FMT_PEM, nullptr, 0);
  if (read != 0) return gnutls_setup_error(read, private_key_name);
  const Error wrong{Errc::malformed, std::string{private_key_name} + ": not a P-256 key"};
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  gnutls_datum_t scalar{};
  const int done = gnutls_privkey_export_ecc_raw2(reading, &curve, nullptr, nullptr, &scalar, GNUTLS_EXPORT_FLAG_NO_LZ);
  if (done != 0) return wrong;
  const auto key = std::make_shared<crypto::PrivateKey>();
  const auto into = key->reveal_to_fill();
  const bool fits = curve == GNUTLS_ECC_CURVE_SECP256R1 && scalar.size <= into.size();
  if (fits) std::copy(scalar.data, scalar.data + scalar.size, into.end() - static_cast<std::ptrdiff_t>(scalar.size));
  crypto::wipe({scalar.data, scalar.size});
  gnutls_free(scalar.data);
  if (!fits || !crypto::is_private_key(key->reveal())) return wrong;
  return SignDigest{[key](const crypto::Digest& digest) { return Result{crypto::sign(*key, digest)}; }};
}

Status use_signer(gnutls_privkey_t key, GnutlsInUse& made, const ServerIdentity& identity,
                  const crypto::PublicKey& public_key) {
  made.sign = identity.sign ? identity.sign : TRY(signer_of_pem(identity.private_key_pem));
  TRY(check_signer(made.sign, public_key));
  const int done = gnutls_privkey_import_ext4(key, &made.sign, sign_data, sign_hash, nullptr, nullptr, about_signer, 0);
  if (done != 0) return gnutls_setup_error(done, private_key_name);
  return {};
}

Result<GnutlsCredentials> make_credentials(GnutlsInUse& made, const ServerIdentity& identity) {
  gnutls_certificate_credentials_t credentials = nullptr;
  gnutls_privkey_t key = nullptr;
  if (gnutls_certificate_allocate_credentials(&credentials) != 0) return Error{Errc::exhausted, "set up TLS"};
  GnutlsCredentials owned{credentials};
  Chain chain;
  TRY(read_chain(chain, identity.certificate_chain_pem));
  const crypto::PublicKey public_key = TRY(key_of_leaf(chain.certificates[0]));
  if (gnutls_privkey_init(&key) != 0) return Error{Errc::exhausted, "set up TLS"};
  GnutlsPrivateKey owned_key{key};
  TRY(use_signer(key, made, identity, public_key));
  const int done =
      gnutls_certificate_set_key(credentials, nullptr, 0, chain.certificates, static_cast<int>(chain.count), key);
  if (done == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    return Error{Errc::conflict, "the server's private key does not belong to its certificate"};
  }
  if (done < 0) return gnutls_setup_error(done, "the server's certificate");
  static_cast<void>(owned_key.release());  // both are the credentials' now
  chain.count = 0;
  return owned;
}

class GnutlsServer final : public TlsServer::State {
 public:
  explicit GnutlsServer(ServerRules rules) : rules_(std::make_shared<const ServerRules>(std::move(rules))) {}

  Status use(const ServerIdentity& identity) override {
    auto made = std::make_shared<GnutlsInUse>();
    made->rules = rules_;
    for (const std::string& name : rules_->alpn) made->alpn.push_back(datum(name));
    gnutls_priority_t priority = nullptr;
    const int done = gnutls_priority_init(&priority, rules_as_priority, nullptr);
    if (done != 0) return gnutls_setup_error(done, "set up TLS");
    made->priority.reset(priority);
    made->credentials = TRY(make_credentials(*made, identity));
    const std::lock_guard guard{mutex_};
    in_use_ = std::move(made);
    return {};
  }

  Result<std::unique_ptr<Stream>> accept(int fd) override {
    std::shared_ptr<const GnutlsInUse> now;
    {
      const std::lock_guard guard{mutex_};
      now = in_use_;
    }
    return GnutlsStream::accept(std::move(now), fd);
  }

 private:
  std::shared_ptr<const ServerRules> rules_;
  std::mutex mutex_;  // of in_use_
  std::shared_ptr<const GnutlsInUse> in_use_;
};

}  // namespace

Result<std::shared_ptr<TlsServer::State>> make_gnutls_server(ServerRules rules) {
  ENSURE(rules.alpn.size() <= alpn_names_max);
  static_cast<void>(p256_verified_for_gnutls());  // a program that has this server has that code
  return {std::make_shared<GnutlsServer>(std::move(rules))};
}

}  // namespace signet::net
