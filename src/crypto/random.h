// random.h -- randomness as a port, so that a simulation can be replayed from one seed.
#pragma once

#include "base/bytes.h"

namespace signet::crypto {

struct Random {
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  Block<N> block() {
    Block<N> out;
    fill(out);
    return out;
  }
};

// The operating system's generator through OpenSSL. Ends the process when it fails: nothing safe can follow.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// SHA-256 of (seed, counter): the same seed gives the same bytes. For simulation and tests alone.
class SeededRandom_for_test final : public Random {
 public:
  explicit SeededRandom_for_test(std::uint64_t seed) : seed_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace signet::crypto
