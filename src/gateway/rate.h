// rate.h -- a token bucket that may run into debt: what has arrived is taken, what comes next has to wait.
#pragma once

#include "base/clock.h"

#include <algorithm>

namespace signet::gateway {

class Rate {
 public:
  Rate(std::uint32_t per_second, std::uint32_t burst, Instant now)
      : per_second_(per_second), full_(std::int64_t{burst} * micros_per_second), tokens_(full_), last_(now) {}

  void spend(Instant now, std::int64_t messages = 1) { refill(now), tokens_ -= messages * micros_per_second; }
  bool exhausted(Instant now) { return refill(now), tokens_ < 0; }

 private:
  static constexpr std::int64_t micros_per_second = 1'000'000;

  void refill(Instant now) {
    const std::int64_t passed = std::clamp<std::int64_t>((now - last_).count(), 0, 86'400 * micros_per_second);
    tokens_ = std::min(full_, tokens_ + passed * per_second_);
    last_ = now;
  }

  std::int64_t per_second_;
  std::int64_t full_;  // in millionths of a message
  std::int64_t tokens_;
  Instant last_;
};

}  // namespace signet::gateway
