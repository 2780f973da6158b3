// OpenSSL 3.0 takes 17 microseconds to load a key into an EVP_PKEY, most of the 22 that a signature takes. Keys here
// are used once a load, so this file goes by the EC_KEY interface, which loads in one. The same code does the
// mathematics.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/p256.h"

#include "crypto/openssl/handles.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

namespace signet::crypto {
namespace {

constexpr std::size_t number_bytes = 32;
constexpr std::uint8_t uncompressed_point = 0x04;  // SEC 1 section 2.3.3

using SigPtr = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using EcKeyPtr = std::unique_ptr<EC_KEY, Freed<EC_KEY_free>>;

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

// In locked memory, wiped when freed, used in constant time.
BnPtr secret_number(const PrivateKey& key) {
  BnPtr scalar{BN_secure_new()};
  ENSURE(BN_bin2bn(key.reveal().data(), static_cast<int>(number_bytes), scalar.get()));
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  return scalar;
}

// Null when `key` is no point of the curve. By octets: the affine setter would take a coordinate modulo the prime, and
// one key would have two spellings.
PointPtr point_of(const PublicKey& key) {
  PointPtr point{EC_POINT_new(group())};
  const Block<65> octets = point_octets(key);
  if (EC_POINT_oct2point(group(), point.get(), octets.data(), octets.size(), nullptr) != 1) return nullptr;
  return point;
}

// A key of this curve with nothing in it.
EcKeyPtr empty_key() {
  EcKeyPtr key{EC_KEY_new()};
  ENSURE(key && EC_KEY_set_group(key.get(), group()) == 1);
  return key;
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

bool is_public_key(const PublicKey& key) { return point_of(key) != nullptr; }

PublicKey public_key_of(const PrivateKey& key) {
  const PointPtr point{EC_POINT_new(group())};
  const BnPtr scalar = secret_number(key);
  ENSURE(EC_POINT_mul(group(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
  Block<65> octets;
  ENSURE(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets.data(), octets.size(),
                            nullptr) == octets.size());
  PublicKey out;
  std::copy(octets.begin() + 1, octets.end(), out.begin());
  return out;
}

Signature sign(const PrivateKey& key, const Digest& digest) {
  const EcKeyPtr signer = empty_key();
  const BnPtr scalar = secret_number(key);
  ENSURE(EC_KEY_set_private_key(signer.get(), scalar.get()) == 1);
  const SigPtr made{ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), signer.get())};
  ENSURE(made);
  Signature out;
  ENSURE(BN_bn2binpad(ECDSA_SIG_get0_r(made.get()), out.data(), static_cast<int>(number_bytes)) > 0);
  ENSURE(BN_bn2binpad(ECDSA_SIG_get0_s(made.get()), out.data() + number_bytes, static_cast<int>(number_bytes)) > 0);
  return out;
}

bool verify(const PublicKey& key, const Digest& digest, const Signature& signature) {
  const PointPtr point = point_of(key);
  if (!point) return false;
  const EcKeyPtr verifier = empty_key();
  ENSURE(EC_KEY_set_public_key(verifier.get(), point.get()) == 1);
  const SigPtr given{ECDSA_SIG_new()};
  const Bytes numbers{signature};
  ENSURE(given && ECDSA_SIG_set0(given.get(), number(numbers.first(number_bytes)).release(),
                                 number(numbers.subspan(number_bytes)).release()) == 1);
  return ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), given.get(), verifier.get()) == 1;
}

// The curve's cofactor is 1: a point on it, and not at infinity, is all that there is to check.
Result<Secret<32>> ecdh(const PrivateKey& key, const PublicKey& peer) {
  const PointPtr other = point_of(peer);
  if (!other) return Error{Errc::malformed, "the peer's public key is not on the curve"};
  const EcKeyPtr own = empty_key();
  const BnPtr scalar = secret_number(key);
  ENSURE(EC_KEY_set_private_key(own.get(), scalar.get()) == 1);
  Secret<32> shared;
  ENSURE(ECDH_compute_key(shared.reveal_to_fill().data(), number_bytes, other.get(), own.get(), nullptr) ==
         static_cast<int>(number_bytes));
  return shared;
}

}  // namespace signet::crypto
