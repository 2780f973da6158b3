#include "crypto/random.h"

#include "crypto/digest.h"

#include <openssl/rand.h>
#include <algorithm>

namespace signet::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  ENSURE(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

void SeededRandom_for_test::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    Buffer input;
    Writer{input}.u64_be(seed_).u64_be(counter_++);
    const Digest block = sha256(input);
    const std::size_t size = std::min(out.size(), block.size());
    std::copy_n(block.begin(), size, out.begin());
    out = out.subspan(size);
  }
}

}  // namespace signet::crypto
