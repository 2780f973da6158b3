#define OPENSSL_SUPPRESS_DEPRECATED
#include "net/tls_legacy_ec.h"

#include "net/tls_error.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <mutex>

namespace signet::net {
namespace {

struct Path {
  std::mutex mutex;  // of all that follows
  // OpenSSL keeps pointers into these two for as long as a key lives that was made with them, so they are made once.
  EVP_PKEY_METHOD* method = nullptr;
  ENGINE* engine = nullptr;
  std::weak_ptr<LegacyEc> lease;
  bool is_leased = false;
  int pauses = 0;
};

Path& path() {
  static Path one;
  return one;
}

int methods(ENGINE*, EVP_PKEY_METHOD** method, const int** kinds, int) {
  static constexpr int all[] = {EVP_PKEY_EC};
  if (!method) {
    *kinds = all;
    return 1;
  }
  *method = path().method;
  return 1;
}

bool make(Path& p) {
  const EVP_PKEY_METHOD* const built_in = EVP_PKEY_meth_find(EVP_PKEY_EC);
  p.method = EVP_PKEY_meth_new(EVP_PKEY_EC, 0);
  p.engine = ENGINE_new();
  if (!built_in || !p.method || !p.engine) return false;
  EVP_PKEY_meth_copy(p.method, built_in);
  return ENGINE_set_id(p.engine, "signet-ec") == 1 && ENGINE_set_name(p.engine, "EC without providers") == 1 &&
         ENGINE_set_pkey_meths(p.engine, methods) == 1;
}

// REQUIRES: the mutex is held.
bool apply(Path& p) {
  if (p.is_leased && p.pauses == 0) return ENGINE_set_default_pkey_meths(p.engine) == 1;
  if (p.engine) ENGINE_unregister_pkey_meths(p.engine);
  return true;
}

}  // namespace

Result<std::shared_ptr<LegacyEc>> LegacyEc::lease() {
  Path& p = path();
  const std::lock_guard guard{p.mutex};
  if (auto shared = p.lease.lock()) return shared;
  ERR_clear_error();
  if (!p.engine && !make(p)) return take_tls_error("OpenSSL's old EC code");
  p.is_leased = true;
  if (!apply(p)) {
    p.is_leased = false;
    return take_tls_error("OpenSSL's old EC code");
  }
  std::shared_ptr<LegacyEc> made{new LegacyEc};
  p.lease = made;
  return made;
}

LegacyEc::~LegacyEc() {
  Path& p = path();
  const std::lock_guard guard{p.mutex};
  if (!p.lease.expired()) return;  // another was made in the meantime
  p.is_leased = false;
  apply(p);
}

LegacyEc::Pause::Pause() {
  Path& p = path();
  const std::lock_guard guard{p.mutex};
  ++p.pauses;
  apply(p);
}

LegacyEc::Pause::~Pause() {
  Path& p = path();
  const std::lock_guard guard{p.mutex};
  --p.pauses;
  apply(p);
}

}  // namespace signet::net
