#include "load/identity.h"

#include "base/bytes.h"
#include "base/port/file.h"

#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <fstream>
#include <sstream>

namespace signet::bench {
namespace {

constexpr std::size_t request_file_bytes_a_line = 1024;
constexpr long stranger_seconds = 365L * 86'400;

using Request = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Name = std::unique_ptr<X509_NAME, Freed<X509_NAME_free>>;

void require(bool holds, const char* what) {
  if (!holds) give_up(std::string{"OpenSSL cannot "} + what);
}

Key new_key() {
  Key key{EVP_EC_gen("P-256")};
  require(key != nullptr, "make a key");
  return key;
}

Name name_of(const std::string& common_name) {
  Name name{X509_NAME_new()};
  const auto* const text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  require(X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "make a name");
  return name;
}

template <class T, class Encode>
std::string der_base64(const T& object, Encode encode) {
  unsigned char* der = nullptr;
  const int size = encode(object.get(), &der);
  require(size > 0, "encode what it made");
  std::string text = base64(Bytes{der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return text;
}

// PKCS#8, as i2d_PrivateKey writes only the older form.
std::string key_base64(const Key& key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>> info{EVP_PKEY2PKCS8(key.get())};
  require(info != nullptr, "export a key");
  return der_base64(info, &i2d_PKCS8_PRIV_KEY_INFO);
}

std::string request_base64(const Key& key, std::size_t number) {
  const Request request{X509_REQ_new()};
  const Name name = name_of("load-" + std::to_string(number));
  require(X509_REQ_set_subject_name(request.get(), name.get()) == 1, "name a request");
  require(X509_REQ_set_pubkey(request.get(), key.get()) == 1, "give a request its key");
  require(X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0, "sign a request");
  return der_base64(request, &i2d_X509_REQ);
}

Identity read_identity(const std::string& line) {
  Identity out;
  std::string key, certificate;
  std::istringstream{line} >> out.client_id >> key >> certificate;
  const auto key_der = decode_base64(key), certificate_der = decode_base64(certificate);
  if (!key_der || !certificate_der) give_up("no identity: " + line.substr(0, 40));
  const unsigned char* at = key_der.value().data();
  out.key.reset(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(key_der.value().size())));
  at = certificate_der.value().data();
  out.certificate.reset(d2i_X509(nullptr, &at, static_cast<long>(certificate_der.value().size())));
  if (!out.key || !out.certificate) give_up("neither key nor certificate: " + line.substr(0, 40));
  return out;
}

void extend(const Certificate& certificate, int kind, const char* value) {
  const Extension extension{X509V3_EXT_conf_nid(nullptr, nullptr, kind, value)};
  require(extension && X509_add_ext(certificate.get(), extension.get(), -1) == 1, "extend a certificate");
}

Certificate make_stranger(const Key& key, const Key& issuer, std::size_t number) {
  Certificate made{X509_new()};
  unsigned char serial[8];
  require(RAND_bytes(serial, sizeof serial) == 1, "make a serial number");
  const std::unique_ptr<BIGNUM, Freed<BN_free>> bignum{BN_bin2bn(serial, sizeof serial, nullptr)};
  require(X509_set_version(made.get(), X509_VERSION_3) == 1, "make a certificate");
  BN_to_ASN1_INTEGER(bignum.get(), X509_get_serialNumber(made.get()));
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), stranger_seconds);
  X509_set_subject_name(made.get(), name_of("sn0123" + std::to_string(1'000'000'000 + number) + "AB01").get());
  X509_set_issuer_name(made.get(), name_of("Signet Signer 0001").get());
  X509_set_pubkey(made.get(), key.get());
  extend(made, NID_basic_constraints, "critical,CA:FALSE");
  extend(made, NID_key_usage, "critical,digitalSignature,keyAgreement");
  require(X509_sign(made.get(), issuer.get(), EVP_sha256()) > 0, "sign a certificate");
  return made;
}

}  // namespace

std::vector<Identity> read_identities(const std::string& file, std::size_t count) {
  std::ifstream in{file};
  std::vector<Identity> out;
  for (std::string line; out.size() < count && std::getline(in, line);) out.push_back(read_identity(line));
  if (out.size() < count)
    give_up(file + " holds " + std::to_string(out.size()) + " identities, not " + std::to_string(count));
  return out;
}

std::vector<Identity> make_strangers(std::size_t count) {
  const Key issuer = new_key();
  const Key key = new_key();
  std::vector<Identity> out;
  for (std::size_t i = 0; i < count; ++i) {
    EVP_PKEY_up_ref(key.get());
    out.push_back({"stranger", Key{key.get()}, make_stranger(key, issuer, i)});
  }
  return out;
}

void write_requests(const std::string& file, std::size_t count) {
  std::string text;
  text.reserve(count * request_file_bytes_a_line);
  for (std::size_t i = 0; i < count; ++i) {
    const Key key = new_key();
    text.append(key_base64(key)).append(" ").append(request_base64(key, i)).append("\n");
  }
  const Status kept = write_file_atomic(file, bytes_of(text), 0600);
  if (!kept) give_up(kept.error().what);
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "load: error: %s\n", why.c_str());
  std::exit(2);
}

}  // namespace signet::bench
