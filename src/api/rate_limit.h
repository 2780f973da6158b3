// rate_limit.h -- how often one address may try a door that stands open to strangers. Bounded: strangers cannot make it
// grow; when too many are known at once, those who are new share one place.
#pragma once

#include "base/clock.h"

#include <string>
#include <unordered_map>

namespace signet::api {

class RateLimit {
 public:
  static constexpr Seconds window{60};
  static constexpr std::size_t keys_max = 4096;

  explicit RateLimit(unsigned attempts_max) : attempts_max_(attempts_max) {}

  // exhausted when `key` came more than attempts_max times within this window.
  Status pass(const std::string& key, Instant now) {
    if (keys_.size() >= keys_max) {
      std::erase_if(keys_, [&](const auto& item) { return now - item.second.start >= window; });
    }
    const bool room = keys_.size() < keys_max || keys_.contains(key);
    Count& count = room ? keys_[key] : others_;
    if (now - count.start >= window) count = {now, 0};
    if (++count.attempts <= attempts_max_) return {};
    return Error{Errc::exhausted, "too many attempts from your address: wait a minute"};
  }
  std::size_t size() const { return keys_.size(); }

 private:
  struct Count {
    Instant start{};
    unsigned attempts = 0;
  };
  unsigned attempts_max_;
  std::unordered_map<std::string, Count> keys_;
  Count others_;
};

}  // namespace signet::api
