// choice.h -- chance for a simulation: the same seed makes the same choices.
#pragma once

#include "crypto/random.h"

namespace signet::sim {

class Choice {
 public:
  explicit Choice(std::uint64_t seed) : random_(seed) {}
  // 0 .. below - 1.
  std::size_t below(std::size_t below) {
    const Block<4> b = random_.block<4>();
    return (std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | b[3]) % below;
  }
  bool once_in(std::size_t times) { return below(times) == 0; }
  crypto::Random& random() { return random_; }

 private:
  crypto::SeededRandom_for_test random_;
};

}  // namespace signet::sim
