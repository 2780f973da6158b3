#include "agent/backoff.h"

namespace signet::agent {

Micros Backoff::next(Millis base) {
  constexpr unsigned doublings_max = 6;  // 64 s: past the cap
  static_assert(backoff_base * (1 << doublings_max) >= backoff_cap);
  const Micros ceiling = std::min<Micros>(backoff_cap, base * (1 << std::min(attempts_, doublings_max)));
  ++attempts_;
  const auto block = random_.block<8>();
  Reader in{block};
  const std::uint64_t number = in.u64_be().value();
  // The remainder's bias is below 2^-38 for a range of 6e7.
  return Micros{static_cast<std::int64_t>(number % static_cast<std::uint64_t>(ceiling.count() + 1))};
}

}  // namespace signet::agent
