#include "net/tls_gnutls_p256.h"

#include "crypto/p256.h"

#include <dlfcn.h>
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <atomic>

namespace signet::net {
namespace {

std::atomic<std::uint64_t> verified = 0;

struct Mpz {
  Mpz() { mpz_init(value); }
  ~Mpz() { mpz_clear(value); }
  Mpz(const Mpz&) = delete;
  Mpz& operator=(const Mpz&) = delete;
  mpz_t value;
};

// False when it needs more bytes, or is negative: then it is below no P-256 limit.
bool write_number(const mpz_t number, std::span<std::uint8_t> into) {
  if (mpz_sgn(number) < 0 || mpz_sizeinbase(number, 2) > into.size() * 8) return false;
  nettle_mpz_get_str_256(into.size(), into.data(), number);
  return true;
}

bool verify(const ecc_point& point, Bytes digest, const dsa_signature& given) {
  constexpr std::size_t half = crypto::PublicKey{}.size() / 2;
  Mpz x, y;
  nettle_ecc_point_get(&point, x.value, y.value);
  crypto::PublicKey key;
  crypto::Signature signature;
  crypto::Digest hash;
  const std::span<std::uint8_t> k{key}, s{signature};
  if (!write_number(x.value, k.first(half)) || !write_number(y.value, k.subspan(half)) ||
      !write_number(given.r, s.first(half)) || !write_number(given.s, s.subspan(half))) {
    return false;
  }
  std::copy(digest.begin(), digest.end(), hash.begin());
  return crypto::verify(key, hash, signature);
}

}  // namespace

std::uint64_t p256_verified_for_gnutls() { return verified; }

}  // namespace signet::net

// 1: the signature holds; 0: it does not. As nettle's.
extern "C" __attribute__((visibility("default"))) int nettle_ecdsa_verify(const ecc_point* point, std::size_t size,
                                                                          const std::uint8_t* digest,
                                                                          const dsa_signature* signature) {
  using namespace signet;
  if (point->ecc == nettle_get_secp_256r1() && size == crypto::Digest{}.size()) {
    ++net::verified;
    return net::verify(*point, {digest, size}, *signature) ? 1 : 0;
  }
  static const auto nettles =
      reinterpret_cast<decltype(&nettle_ecdsa_verify)>(::dlsym(RTLD_NEXT, "nettle_ecdsa_verify"));
  return nettles ? nettles(point, size, digest, signature) : 0;
}
