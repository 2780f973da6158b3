// backoff.h -- how long to wait before trying again: full jitter, so that a fleet does not come back as one wave.
#pragma once

#include "base/clock.h"
#include "crypto/random.h"

namespace signet::agent {

inline constexpr Millis backoff_base{1'000};
inline constexpr Millis backoff_cap{60'000};

// Uniform in 0 .. min(cap, base * 2^attempts).
class Backoff {
 public:
  explicit Backoff(crypto::Random& random) : random_(random) {}
  Micros next(Millis base = backoff_base);  // REQUIRES: base is at least backoff_base
  void reset() { attempts_ = 0; }
  unsigned attempts() const { return attempts_; }

 private:
  crypto::Random& random_;
  unsigned attempts_ = 0;
};

}  // namespace signet::agent
