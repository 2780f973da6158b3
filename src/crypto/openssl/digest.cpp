// OpenSSL 3.0's SHA256() looks the algorithm up and makes a context each time: 1 microsecond, which is as long as it
// takes for a certificate. The interface from before does neither.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include "crypto/openssl/handles.h"
#include "crypto/secret.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace signet::crypto {

void wipe(std::span<std::uint8_t> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

bool constant_time_equal(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Digest sha256(Bytes data) {
  Digest out;
  SHA256_CTX context;
  ENSURE(SHA256_Init(&context) == 1 && SHA256_Update(&context, data.data(), data.size()) == 1 &&
         SHA256_Final(out.data(), &context) == 1);
  wipe({reinterpret_cast<std::uint8_t*>(&context), sizeof context});
  return out;
}

Block<20> sha1(Bytes data) {
  Block<20> out;
  SHA1(data.data(), data.size(), out.data());
  return out;
}

Digest hmac_sha256(Bytes key, Bytes data) {
  Digest out;
  unsigned size = 0;
  if (key.empty()) key = bytes_of("");  // a null key would mean: go on with the last one
  ENSURE(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), out.data(), &size));
  return out;
}

Block<20> hmac_sha1(Bytes key, Bytes data) {
  Block<20> out;
  unsigned size = 0;
  if (key.empty()) key = bytes_of("");
  ENSURE(HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), data.data(), data.size(), out.data(), &size));
  return out;
}

struct Sha256::State {
  MdCtxPtr context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  ENSURE(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>()) {
  ENSURE(EVP_MD_CTX_copy_ex(state_->context.get(), other.state_->context.get()) == 1);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(Bytes data) { ENSURE(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) == 1); }

Digest Sha256::finish() {
  Digest out;
  ENSURE(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) == 1);
  return out;
}

}  // namespace signet::crypto
