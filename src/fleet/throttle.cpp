#include "fleet/throttle.h"

#include <algorithm>

namespace signet::fleet {

Seconds Throttle::wait(const std::string& key, Instant now) const {
  const auto found = keys_.find(key);
  if (found == keys_.end() || found->second.open_at <= now) return Seconds{0};
  return std::chrono::ceil<Seconds>(found->second.open_at - now);
}

void Throttle::failed(const std::string& key, Instant now) {
  if (!keys_.contains(key) && keys_.size() >= keys_max) make_room(now);
  Record& record = keys_[key];
  if (record.failures > 0 && now - record.last >= forgotten_after) record.failures = 0;
  ++record.failures;
  record.last = now;
  record.open_at = now;
  if (record.failures > free_failures) {
    const unsigned doublings = std::min(record.failures - free_failures - 1, 20u);
    record.open_at = now + std::min(Seconds{1 << doublings}, delay_max);
  }
}

void Throttle::make_room(Instant now) {
  std::erase_if(keys_, [&](const auto& item) { return now - item.second.last >= forgotten_after; });
  if (keys_.size() < keys_max) return;
  const auto oldest = std::min_element(keys_.begin(), keys_.end(),
                                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  keys_.erase(oldest);
}

std::optional<std::size_t> Suppressor::pass(const std::string& key, Instant now, std::size_t more) {
  if (!keys_.contains(key) && keys_.size() >= keys_max) make_room(now);
  Record& record = keys_.contains(key) || keys_.size() < keys_max ? keys_[key] : others_;
  if (now < record.open_at) {
    record.held_back += 1 + more;
    return std::nullopt;
  }
  record.open_at = now + window;
  return std::exchange(record.held_back, 0) + more;
}

void Suppressor::make_room(Instant now) {
  std::erase_if(keys_, [&](const auto& item) {
    if (now < item.second.open_at) return false;
    others_.held_back += item.second.held_back;  // told with the next of the others, so that none goes uncounted
    return true;
  });
}

}  // namespace signet::fleet
