#include "crypto/aes.h"

namespace signet::crypto {
namespace {

struct Element {
  std::uint64_t high, low;
};

Element element_of(const AesBlock& block) {
  Reader in{block};
  const std::uint64_t high = in.u64_be().value();
  return {high, in.u64_be().value()};
}

}  // namespace

// SP 800-38D algorithm 1. Bit 0 is the highest; masks stand where the algorithm has branches.
AesBlock ghash_multiply(const AesBlock& x, const AesBlock& y) {
  constexpr std::uint64_t reduction = 0xe1ull << 56;
  const Element factor = element_of(x);
  Element v = element_of(y), z{0, 0};
  for (unsigned i = 0; i < 128; ++i) {
    const std::uint64_t word = i < 64 ? factor.high : factor.low;
    const std::uint64_t add = 0 - (word >> (63 - i % 64) & 1);
    z.high ^= v.high & add;
    z.low ^= v.low & add;
    const std::uint64_t reduce = 0 - (v.low & 1);
    v.low = v.low >> 1 | v.high << 63;
    v.high = v.high >> 1 ^ (reduction & reduce);
  }
  AesBlock out;
  for (unsigned i = 0; i < 8; ++i) {
    out[i] = static_cast<std::uint8_t>(z.high >> (56 - 8 * i));
    out[8 + i] = static_cast<std::uint8_t>(z.low >> (56 - 8 * i));
  }
  return out;
}

}  // namespace signet::crypto
