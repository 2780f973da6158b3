#include "net/tls_element.h"

#include "net/tls_error.h"
#include "net/tls_legacy_ec.h"
#include "net/tls_sign.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <cstring>

namespace signet::net {
namespace {

constexpr const char* provider_name = "signet-element";
constexpr const char* property = "provider=signet-element";
constexpr const char* handle_param = "signet-element-key";  // the bytes of an ElementKey*, never a peer's
constexpr const char* curve_name = "prime256v1";
constexpr std::size_t der_signature_bytes_max = 72;
constexpr int curve_bits = 256;
constexpr int security_bits = 128;
using Point = Block<65>;  // SEC 1 2.3.3, uncompressed

// OpenSSL's handle is a pointer to one of these; each handle is a copy, so nothing is counted.
struct Key {
  ElementKey* element = nullptr;  // null: no private half
  Point point{};
};
struct Signing {
  Key key;
  crypto::Sha256 digest;
};

Key& key_of(void* handle) { return *static_cast<Key*>(handle); }
const Key& key_of(const void* handle) { return *static_cast<const Key*>(handle); }
Signing& signing_of(void* handle) { return *static_cast<Signing*>(handle); }

OSSL_PARAM text_param(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);  // read only, whatever its type says
}
OSSL_PARAM bytes_param(const char* name, Bytes value) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(value.data()), value.size());
}

void* new_key(void*) { return new Key; }
void free_key(void* handle) { delete static_cast<Key*>(handle); }

int has(const void* handle, int selection) {
  return !(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) || key_of(handle).element != nullptr;
}

int match(const void* a, const void* b, int) { return key_of(a).point == key_of(b).point; }

int import_key(void* handle, int, const OSSL_PARAM params[]) {
  Key& key = key_of(handle);
  const OSSL_PARAM* const point = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_PUB_KEY);
  if (!point || point->data_size != key.point.size()) return 0;
  std::memcpy(key.point.data(), point->data, key.point.size());
  const OSSL_PARAM* const element = OSSL_PARAM_locate_const(params, handle_param);
  if (!element) return 1;
  if (element->data_size != sizeof key.element) return 0;
  std::memcpy(&key.element, element->data, sizeof key.element);
  return 1;
}

// Libssl would otherwise move the public half to the default provider and then miss the private one.
int export_key(void* handle, int selection, OSSL_CALLBACK* receive, void* receiver) {
  const Key& key = key_of(handle);
  if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) return 0;
  const OSSL_PARAM params[] = {text_param(OSSL_PKEY_PARAM_GROUP_NAME, curve_name),
                               bytes_param(OSSL_PKEY_PARAM_PUB_KEY, key.point), OSSL_PARAM_construct_end()};
  return receive(params, receiver);
}

const OSSL_PARAM* importable(int) {
  static const OSSL_PARAM params[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
                                      OSSL_PARAM_octet_string(handle_param, nullptr, 0), OSSL_PARAM_END};
  return params;
}

const OSSL_PARAM* exportable(int) {
  static const OSSL_PARAM params[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0), OSSL_PARAM_END};
  return params;
}

const OSSL_PARAM* gettable(void*) {
  static const OSSL_PARAM params[] = {OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
                                      OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
                                      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
                                      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
                                      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
                                      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
                                      OSSL_PARAM_END};
  return params;
}

int get_params(void* handle, OSSL_PARAM params[]) {
  const auto number = [&](const char* name, int value) {
    OSSL_PARAM* const param = OSSL_PARAM_locate(params, name);
    return !param || OSSL_PARAM_set_int(param, value);
  };
  const auto text = [&](const char* name, const char* value) {
    OSSL_PARAM* const param = OSSL_PARAM_locate(params, name);
    return !param || OSSL_PARAM_set_utf8_string(param, value);
  };
  const Point& point = key_of(handle).point;
  OSSL_PARAM* const pub = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PUB_KEY);
  return number(OSSL_PKEY_PARAM_BITS, curve_bits) && number(OSSL_PKEY_PARAM_SECURITY_BITS, security_bits) &&
         number(OSSL_PKEY_PARAM_MAX_SIZE, static_cast<int>(der_signature_bytes_max)) &&
         text(OSSL_PKEY_PARAM_GROUP_NAME, curve_name) && text(OSSL_PKEY_PARAM_DEFAULT_DIGEST, "SHA256") &&
         (!pub || OSSL_PARAM_set_octet_string(pub, point.data(), point.size()));
}

const char* operation_name(int operation) { return operation == OSSL_OP_SIGNATURE ? "ECDSA" : nullptr; }

void* new_signing(void*, const char*) { return new Signing; }
void free_signing(void* handle) { delete static_cast<Signing*>(handle); }
void* dup_signing(void* handle) { return new Signing{signing_of(handle).key, signing_of(handle).digest}; }

int sign_init(void* handle, const char* digest_name, void* key, const OSSL_PARAM[]) {
  if (digest_name && OPENSSL_strcasecmp(digest_name, "SHA256") != 0 &&
      OPENSSL_strcasecmp(digest_name, "SHA2-256") != 0) {
    return 0;
  }
  if (key) signing_of(handle).key = key_of(key);
  signing_of(handle).digest = crypto::Sha256{};
  return signing_of(handle).key.element != nullptr;
}

int sign_update(void* handle, const unsigned char* data, std::size_t size) {
  signing_of(handle).digest.update({data, size});
  return 1;
}

int sign_final(void* handle, unsigned char* out, std::size_t* out_size, std::size_t capacity) {
  *out_size = der_signature_bytes_max;
  if (!out) return 1;
  Signing& signing = signing_of(handle);
  const auto der = sign_for_library(signing.key.element->sign, signing.digest.finish());
  if (!der || der->size() > capacity) return 0;
  std::copy(der->begin(), der->end(), out);
  *out_size = der->size();
  return 1;
}

int sign_at_once(void* handle, unsigned char* out, std::size_t* out_size, std::size_t capacity,
                 const unsigned char* data, std::size_t size) {
  if (out) sign_update(handle, data, size);
  return sign_final(handle, out, out_size, capacity);
}

template <class Function>
OSSL_DISPATCH entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

const OSSL_ALGORITHM* query(void*, int operation, int* no_cache) {
  static const OSSL_DISPATCH key_functions[] = {entry(OSSL_FUNC_KEYMGMT_NEW, new_key),
                                                entry(OSSL_FUNC_KEYMGMT_FREE, free_key),
                                                entry(OSSL_FUNC_KEYMGMT_HAS, has),
                                                entry(OSSL_FUNC_KEYMGMT_MATCH, match),
                                                entry(OSSL_FUNC_KEYMGMT_IMPORT, import_key),
                                                entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, importable),
                                                entry(OSSL_FUNC_KEYMGMT_EXPORT, export_key),
                                                entry(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, exportable),
                                                entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, get_params),
                                                entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gettable),
                                                entry(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, operation_name),
                                                {0, nullptr}};
  static const OSSL_DISPATCH sign_functions[] = {entry(OSSL_FUNC_SIGNATURE_NEWCTX, new_signing),
                                                 entry(OSSL_FUNC_SIGNATURE_FREECTX, free_signing),
                                                 entry(OSSL_FUNC_SIGNATURE_DUPCTX, dup_signing),
                                                 entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sign_init),
                                                 entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, sign_update),
                                                 entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, sign_final),
                                                 entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sign_at_once),
                                                 {0, nullptr}};
  static const OSSL_ALGORITHM keys[] = {{"EC:id-ecPublicKey:1.2.840.10045.2.1", property, key_functions, nullptr},
                                        {nullptr, nullptr, nullptr, nullptr}};
  static const OSSL_ALGORITHM signatures[] = {{"ECDSA", property, sign_functions, nullptr},
                                              {nullptr, nullptr, nullptr, nullptr}};
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return keys;
  return operation == OSSL_OP_SIGNATURE ? signatures : nullptr;
}

int start(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH*, const OSSL_DISPATCH** functions, void** context) {
  static const OSSL_DISPATCH table[] = {entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), {0, nullptr}};
  *functions = table;
  *context = const_cast<OSSL_CORE_HANDLE*>(handle);  // must not be null; never used
  return 1;
}

}  // namespace

Status ElementLibrary::open() {
  ERR_clear_error();
  OSSL_LIB_CTX* const library = library_.get();
  default_provider_.reset(OSSL_PROVIDER_load(library, "default"));
  if (!default_provider_) return take_tls_error("OpenSSL's default provider");
  if (OSSL_PROVIDER_add_builtin(library, provider_name, start) != 1) return take_tls_error("element provider");
  element_provider_.reset(OSSL_PROVIDER_load(library, provider_name));
  if (!element_provider_ || EVP_set_default_properties(library, "?provider=default") != 1) {
    return take_tls_error("element provider");
  }
  return {};
}

Result<crypto::PkeyPtr> make_element_key(OSSL_LIB_CTX* library, ElementKey& key, const crypto::PublicKey& public_key) {
  ERR_clear_error();
  ElementKey* const pointer = &key;
  Point point;
  point[0] = 0x04;
  std::copy(public_key.begin(), public_key.end(), point.begin() + 1);
  OSSL_PARAM params[] = {text_param(OSSL_PKEY_PARAM_GROUP_NAME, curve_name),
                         bytes_param(OSSL_PKEY_PARAM_PUB_KEY, point),
                         bytes_param(handle_param, {reinterpret_cast<const std::uint8_t*>(&pointer), sizeof pointer}),
                         OSSL_PARAM_construct_end()};
  const LegacyEc::Pause pause;
  const crypto::PkeyCtxPtr context{EVP_PKEY_CTX_new_from_name(library, "EC", property)};
  EVP_PKEY* made = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, params) != 1) {
    return take_tls_error("the element's key");
  }
  return crypto::PkeyPtr{made};
}

Result<crypto::PublicKey> public_key_of(X509* certificate) {
  const Error wrong{Errc::malformed, "the certificate is not for a P-256 key"};
  X509_PUBKEY* const info = X509_get_X509_PUBKEY(certificate);
  const std::uint8_t* octets = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  if (X509_PUBKEY_get0_param(nullptr, &octets, &size, &algorithm, info) != 1) return wrong;
  const ASN1_OBJECT* kind = nullptr;
  int parameter_type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&kind, &parameter_type, &parameter, algorithm);
  const bool is_p256 = OBJ_obj2nid(kind) == NID_X9_62_id_ecPublicKey && parameter_type == V_ASN1_OBJECT &&
                       OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter)) == NID_X9_62_prime256v1;
  if (!is_p256 || static_cast<std::size_t>(size) != Point{}.size() || octets[0] != 0x04) return wrong;
  crypto::PublicKey key;
  std::copy(octets + 1, octets + size, key.begin());
  if (!crypto::is_public_key(key)) return wrong;
  return key;
}

}  // namespace signet::net
