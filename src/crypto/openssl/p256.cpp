#include "crypto/p256.h"

#include "crypto/openssl/handles.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

namespace signet::crypto {
namespace {

constexpr std::size_t number_bytes = 32;
constexpr std::uint8_t uncompressed_point = 0x04;  // SEC 1 section 2.3.3

using SigPtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using ParamBldPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParamPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

const EC_GROUP* group() {
  static const GroupPtr p256{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  return p256.get();
}

BnPtr number(Bytes bytes) { return BnPtr{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)}; }

Block<65> point_octets(const PublicKey& key) {
  Block<65> out;
  out[0] = uncompressed_point;
  std::copy(key.begin(), key.end(), out.begin() + 1);
  return out;
}

// Null when `pub` is no point of the curve; `key` may be null for a public key alone.
PkeyPtr make_key(const Block<65>& pub, const PrivateKey* key) {
  const ParamBldPtr builder{OSSL_PARAM_BLD_new()};
  BnPtr scalar;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, pub.data(), pub.size());
  if (key) {
    scalar = BnPtr{BN_secure_new()};
    BN_bin2bn(key->reveal().data(), static_cast<int>(number_bytes), scalar.get());
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    OSSL_PARAM_BLD_push_BN_pad(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get(), number_bytes);
  }
  const ParamPtr params{OSSL_PARAM_BLD_to_param(builder.get())};
  const PkeyCtxPtr context{EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)};
  EVP_PKEY* made = nullptr;
  const int what = key ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  if (EVP_PKEY_fromdata(context.get(), &made, what, params.get()) != 1) return nullptr;
  return PkeyPtr{made};
}

}  // namespace

bool is_private_key(Bytes key) {
  if (key.size() != number_bytes) return false;
  const BnPtr scalar = number(key);
  return !BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), EC_GROUP_get0_order(group())) < 0;
}

PrivateKey generate_private_key(Random& random) {
  PrivateKey key;
  do random.fill(key.reveal_to_fill());
  while (!is_private_key(key.reveal()));  // a draw outside the range has a chance of 2^-32
  return key;
}

// By octets: the affine setter would take a coordinate modulo the prime, and one key would have two spellings.
bool is_public_key(const PublicKey& key) {
  const PointPtr point{EC_POINT_new(group())};
  const Block<65> octets = point_octets(key);
  return EC_POINT_oct2point(group(), point.get(), octets.data(), octets.size(), nullptr) == 1;
}

PublicKey public_key_of(const PrivateKey& key) {
  const PointPtr point{EC_POINT_new(group())};
  const BnPtr scalar = number(key.reveal());
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  ENSURE(EC_POINT_mul(group(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
  Block<65> octets;
  ENSURE(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(),
                            nullptr) == octets.size());
  PublicKey out;
  std::copy(octets.begin() + 1, octets.end(), out.begin());
  return out;
}

Signature sign(const PrivateKey& key, const Digest& digest) {
  const PkeyPtr pkey = make_key(point_octets(public_key_of(key)), &key);
  ENSURE(pkey);
  const PkeyCtxPtr context{EVP_PKEY_CTX_new(pkey.get(), nullptr)};
  std::uint8_t der[80];
  std::size_t size = sizeof der;
  ENSURE(EVP_PKEY_sign_init(context.get()) == 1);
  ENSURE(EVP_PKEY_sign(context.get(), der, &size, digest.data(), digest.size()) == 1);
  return decode_der({der, size}).value();
}

bool verify(const PublicKey& key, const Digest& digest, const Signature& signature) {
  if (!is_public_key(key)) return false;
  const PkeyPtr pkey = make_key(point_octets(key), nullptr);
  if (!pkey) return false;
  const PkeyCtxPtr context{EVP_PKEY_CTX_new(pkey.get(), nullptr)};
  if (EVP_PKEY_verify_init(context.get()) != 1) return false;
  const Buffer der = encode_der(signature);
  return EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
}

Result<Secret<32>> ecdh(const PrivateKey& key, const PublicKey& peer) {
  if (!is_public_key(peer)) return Error{Errc::malformed, "the peer's public key is not on the curve"};
  const PkeyPtr own = make_key(point_octets(public_key_of(key)), &key);
  const PkeyPtr other = make_key(point_octets(peer), nullptr);
  ENSURE(own && other);
  const PkeyCtxPtr context{EVP_PKEY_CTX_new(own.get(), nullptr)};
  Secret<32> shared;
  std::size_t size = number_bytes;
  ENSURE(EVP_PKEY_derive_init(context.get()) == 1);
  ENSURE(EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1);
  ENSURE(EVP_PKEY_derive(context.get(), shared.reveal_to_fill().data(), &size) == 1 && size == number_bytes);
  return shared;
}

}  // namespace signet::crypto
