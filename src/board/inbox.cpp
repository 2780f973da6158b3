#include "board/inbox.h"

#include <algorithm>

namespace signet::board {

Status Inbox::put(std::string name, json::object event) {
  const auto same = std::find_if(events_.begin(), events_.end(), [&](const Event& one) { return one.name == name; });
  if (same != events_.end()) {
    same->body = std::move(event);
    return {};
  }
  if (events_.size() >= inbox_max) return Error{Errc::exhausted, "the program takes nothing: 256 events wait for it"};
  events_.push_back({std::move(name), std::move(event)});
  return {};
}

std::optional<json::object> Inbox::take() {
  if (events_.empty()) return std::nullopt;
  json::object event = std::move(events_.front().body);
  events_.pop_front();
  return event;
}

bool Inbox::has(std::string_view name) const {
  return std::any_of(events_.begin(), events_.end(), [&](const Event& one) { return one.name == name; });
}

void Inbox::remove(std::string_view name) {
  std::erase_if(events_, [&](const Event& one) { return one.name == name; });
}

}  // namespace signet::board
