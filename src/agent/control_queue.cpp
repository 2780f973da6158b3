#include "agent/control_queue.h"

#include "base/json.h"

#include <algorithm>

namespace signet::agent {

Status ControlQueue::add(Control control) {
  if (control.key.empty() || control.key.size() > control_key_bytes_max || control.value.size() > control_bytes_max) {
    return Error{Errc::too_large, "\"" + control.key.substr(0, control_key_bytes_max) + "\": a value has at most " +
                                      std::to_string(control_bytes_max) + " bytes, its name 1 to 64"};
  }
  const auto same = std::find_if(waiting_.begin(), waiting_.end(), [&](const Entry& entry) {
    return !entry.packet_id && entry.control.key == control.key && entry.control.lasts == control.lasts;
  });
  if (same != waiting_.end() && control.key != "condition") {
    same->control = std::move(control);
    return {};
  }
  if (waiting_.size() >= controls_max) {
    return Error{Errc::exhausted, std::to_string(controls_max) + " messages to the manager wait already"};
  }
  waiting_.push_back({std::move(control)});
  return {};
}

const Control* ControlQueue::next(bool all) const {
  const Control* lasting = nullptr;
  for (const Entry& entry : waiting_) {
    if (entry.packet_id) continue;
    if (!entry.control.lasts) return &entry.control;
    if (!lasting) lasting = &entry.control;
  }
  return all ? lasting : nullptr;
}

ControlQueue::Entries::iterator ControlQueue::find(const Control* control) {
  return std::find_if(waiting_.begin(), waiting_.end(), [&](const Entry& entry) { return &entry.control == control; });
}

ControlQueue::Entries::iterator ControlQueue::find(std::uint16_t packet_id) {
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [&](const Entry& entry) { return entry.packet_id == packet_id; });
}

void ControlQueue::sent(const Control* control, std::uint16_t packet_id) { find(control)->packet_id = packet_id; }

void ControlQueue::skip(const Control* control) { waiting_.erase(find(control)); }

std::optional<Control> ControlQueue::acknowledged(std::uint16_t packet_id) {
  const auto found = find(packet_id);
  if (found == waiting_.end()) return std::nullopt;
  Control control = std::move(found->control);
  waiting_.erase(found);
  return control;
}

bool ControlQueue::postpone(std::uint16_t packet_id) {
  const auto found = find(packet_id);
  if (found == waiting_.end()) return false;
  found->packet_id.reset();
  if (found->control.lasts) return true;
  waiting_.erase(found);
  return false;
}

void ControlQueue::on_closed() {
  std::erase_if(waiting_, [](const Entry& entry) { return !entry.control.lasts; });
  for (Entry& entry : waiting_) entry.packet_id.reset();
}

bool ControlQueue::has(std::string_view key) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const Entry& entry) { return entry.control.key == key; });
}

std::string encode(const Control& control) {
  std::string message = R"({"key":)" + json::serialize(json::value(control.key)) + R"(,"value":)" + control.value;
  if (control.version) message += R"(,"version":)" + std::to_string(*control.version);
  return message + "}";
}

}  // namespace signet::agent
