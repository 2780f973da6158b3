// throttle.h -- small memories against being asked too often. Both are bounded: a peer cannot make them grow.
#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace signet::fleet {

// Failures make the next try wait: 3 are free, then 1, 2, 4, ... seconds, at most 5 minutes; an hour of peace forgets.
class Throttle {
 public:
  static constexpr std::size_t keys_max = 10'000;
  static constexpr unsigned free_failures = 3;
  static constexpr Seconds delay_max{300};
  static constexpr Seconds forgotten_after{3600};

  Seconds wait(const std::string& key, Instant now) const;  // rounded up; zero: go on
  void failed(const std::string& key, Instant now);
  void succeeded(const std::string& key) { keys_.erase(key); }
  std::size_t size() const { return keys_.size(); }

 private:
  struct Record {
    unsigned failures = 0;
    Instant last;
    Instant open_at;
  };
  void make_room(Instant now);
  std::unordered_map<std::string, Record> keys_;
};

// Over all who ask together, whatever their address: what costs much is done at most uses_max times in a window.
class Quota {
 public:
  static constexpr unsigned uses_max = 20;
  static constexpr Seconds window{5};

  bool use(Instant now) {
    if (uses_ == 0 || now - start_ >= window) start_ = now, uses_ = 0;
    return uses_ < uses_max && ++uses_ > 0;
  }

 private:
  Instant start_{};
  unsigned uses_ = 0;
};

// Lets one of a kind through in every `window` and counts the others.
class Suppressor {
 public:
  static constexpr std::size_t keys_max = 4'096;
  static constexpr Seconds window{10};

  // How many of this kind were held back since the last that was let through; nullopt: hold this one back.
  // When there are too many kinds, what is left shares one place. `more` stand behind this one, held back before.
  std::optional<std::size_t> pass(const std::string& key, Instant now, std::size_t more = 0);
  std::size_t size() const { return keys_.size(); }

 private:
  struct Record {
    Instant open_at;
    std::size_t held_back = 0;
  };
  void make_room(Instant now);
  std::unordered_map<std::string, Record> keys_;
  Record others_;
};

// Which refusals are one kind for a Suppressor: the host, and the reason without what a peer can vary in it.
std::string refusal_key(std::string_view address, std::string_view action, std::string_view reason);

}  // namespace signet::fleet
