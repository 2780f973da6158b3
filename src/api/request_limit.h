// request_limit.h -- how fast one client may ask. Each has a bucket of requests, which fills again with time; what
// keeps the fleet's thread busy for long takes several out of it. A client that empties its own leaves all others full.
//
//   const std::optional<Seconds> wait = limit.pass("tok-...", now);    // none: it may
//   limit.took("tok-...", Micros{12'000}, now);
//
// From any thread. Bounded: when too many are known at once, those who are new share one bucket.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>
#include <unordered_map>

namespace signet::api {

struct RequestRate {
  unsigned per_second;
  unsigned burst;  // of who has not asked for a while
};

class RequestLimit {
 public:
  static constexpr std::size_t keys_max = 16'384;
  static constexpr Micros request_time{20'000};  // that one request may take; each further 20 ms are another

  explicit RequestLimit(RequestRate rate) : rate_{std::max(1u, rate.per_second), std::max(1u, rate.burst)} {}

  // How long to wait, in whole seconds, when none is left.
  std::optional<Seconds> pass(const std::string& key, Instant now) {
    const std::lock_guard guard{mutex_};
    Bucket& bucket = bucket_of(key, now);
    fill(bucket, now);
    if (bucket.left < 1) {
      return Seconds{std::max(1L, std::lround(std::ceil((1 - bucket.left) / rate_.per_second)))};
    }
    bucket.left -= 1;
    return std::nullopt;
  }
  // Of one that passed. It may owe as much as a bucket holds, and no more.
  void took(const std::string& key, Micros time, Instant now) {
    const auto more = static_cast<double>(time / request_time);
    if (more < 1) return;
    const std::lock_guard guard{mutex_};
    Bucket& bucket = bucket_of(key, now);
    fill(bucket, now);
    bucket.left = std::max(bucket.left - more, -static_cast<double>(rate_.burst));
  }
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double left;
    Instant at;
  };
  void fill(Bucket& bucket, Instant now) const {
    const double passed = static_cast<double>((now - bucket.at).count()) / 1e6;
    bucket.left = std::min(static_cast<double>(rate_.burst), bucket.left + passed * rate_.per_second);
    bucket.at = now;
  }
  Bucket& bucket_of(const std::string& key, Instant now) {
    if (const auto found = buckets_.find(key); found != buckets_.end()) return found->second;
    if (buckets_.size() >= keys_max) forget_the_full(now);
    if (buckets_.size() >= keys_max) return others_;
    return buckets_.emplace(key, Bucket{static_cast<double>(rate_.burst), now}).first->second;
  }
  // At most once a second: who is new must not make us look at all of them each time.
  void forget_the_full(Instant now) {
    if (looked_ && now - *looked_ < Seconds{1}) return;
    looked_ = now;
    for (auto at = buckets_.begin(); at != buckets_.end();) {
      fill(at->second, now);
      at = at->second.left >= rate_.burst ? buckets_.erase(at) : std::next(at);
    }
  }

  std::mutex mutex_;
  RequestRate rate_;
  std::unordered_map<std::string, Bucket> buckets_;
  Bucket others_{static_cast<double>(rate_.burst), Instant{}};
  std::optional<Instant> looked_;
};

}  // namespace signet::api
