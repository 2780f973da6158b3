// What the agent says: controls on j/up/<device>, readings on j/data/<device>/<tag>.
#include "agent/agent.h"
#include "base/json.h"

namespace signet::agent {
namespace {

// The manager will not change its mind about these; all others are worth another attempt.
bool is_final(mqtt::ReasonCode reason) {
  using enum mqtt::ReasonCode;
  return reason == payload_format_invalid || reason == not_authorized || reason == topic_name_invalid ||
         reason == packet_too_large;
}

}  // namespace

void Agent::tell(std::string_view key, std::string_view value, bool is_incident) {
  std::string message = R"({"key":)" + json::serialize(json::value(json::string_view{key.data(), key.size()}));
  controls_.push_back({message + R"(,"value":)" + std::string{value} + "}", is_incident});
}

void Agent::report(std::string incident, Moment now) {
  ENSURE(incident.size() <= incident_bytes_max);
  incident_ = std::move(incident);
  if (phase_ != Phase::up) return;
  tell_incident();
  work(now);
}

void Agent::tell_incident() {
  if (incident_) tell("#incident", json::serialize(json::value_from(*incident_)), true);
}

void Agent::ask_time(Moment now) {
  tell("#now", "{}");
  time_asked_ = now.steady;
  time_awaited_ = true;
}

// Controls first, then readings in the order of their device times, as far as the window goes.
void Agent::pump(Moment now) {
  if (phase_ != Phase::up || !session_->connected()) return;
  while (session_->send_window_free() > 0 && send_control(now)) continue;
  if (now.steady < hold_until_) return;
  hold_until_ = {};
  while (in_flight_.size() < window && session_->send_window_free() > 0 && send_reading(now)) continue;
}

bool Agent::send_control(Moment now) {
  if (controls_.empty()) return false;
  const auto sent = session_->publish(mqtt::Qos::at_least_once, "j/up/" + device_, bytes_of(controls_.front().message),
                                      {}, now.steady);
  if (!sent && sent.error().code == Errc::exhausted) return false;
  if (sent) flights_[sent.value()] = {.is_incident = controls_.front().is_incident};
  if (!sent) note(LogLevel::error, "agent.control_dropped", sent.error().what);
  controls_.pop_front();
  return true;
}

bool Agent::send_reading(Moment now) {
  const auto& waiting = outbox_.waiting();
  auto next = waiting.begin();  // passes at most `window` readings that are in flight
  while (next != waiting.end() && in_flight_.contains(next->first)) ++next;
  if (next == waiting.end()) return false;

  const Timestamp device_time = next->first;
  const std::string stamp = rfc3339(device_time);
  mqtt::Properties properties;
  properties.add_user("timestamp_device", stamp);
  const std::string topic = "j/data/" + device_ + "/" + next->second.tag;
  const auto sent =
      session_->publish(mqtt::Qos::at_least_once, topic, bytes_of(next->second.payload), properties, now.steady);
  if (sent) {
    flights_[sent.value()] = {.reading = device_time};
    in_flight_.insert(device_time);
    return true;
  }
  if (sent.error().code != Errc::too_large) return false;
  drop(device_time, sent.error().what);
  return true;
}

void Agent::on(const mqtt::Acknowledged& event, Moment now) {
  const auto found = flights_.find(event.packet_id);
  if (found == flights_.end()) return;
  const auto [reading, is_incident] = found->second;
  flights_.erase(found);
  if (reading) in_flight_.erase(*reading);
  if (!mqtt::is_error(event.reason)) {
    if (is_incident) incident_.reset(), actions_.push_back(IncidentTold{});
    if (!reading) return;
    refusals_.reset();
    outbox_.remove(*reading);
    actions_.push_back(Settled{*reading, {}});
    return;
  }
  const std::string why{mqtt::name_of(event.reason)};
  if (!reading) return note(LogLevel::warn, "agent.control_refused", why);
  if (is_final(event.reason)) return drop(*reading, "the manager refused it: " + why);
  hold_until_ = std::max(hold_until_, now.steady + backoff_base + refusals_.next());
  note(LogLevel::warn, "agent.reading_postponed", "the manager asks for patience: " + why);
}

void Agent::drop(Timestamp device_time, const std::string& why) {
  ++dropped_;
  note(LogLevel::error, "agent.reading_dropped", rfc3339(device_time) + ": " + why);
  outbox_.remove(device_time);
  actions_.push_back(Settled{device_time, Error{Errc::forbidden, why}});
}

}  // namespace signet::agent
