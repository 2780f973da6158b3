// What the agent says: controls on j/up/<device>, readings on j/data/<device>/<tag>.
#include "agent/agent.h"

namespace signet::agent {
namespace {

// The manager will not change its mind about these; all others are worth another attempt.
bool is_final(mqtt::ReasonCode reason) {
  using enum mqtt::ReasonCode;
  return reason == payload_format_invalid || reason == not_authorized || reason == topic_name_invalid ||
         reason == packet_too_large;
}

}  // namespace

void Agent::say(std::string key, std::string value) {
  const Status added = controls_.add({std::move(key), std::move(value)});
  if (!added) note(LogLevel::error, "agent.control_dropped", added.error().what);
}

void Agent::say_manifest() {
  const json::object manifest{{"jobs", json::value_from(program_.jobs)},
                              {"conditions", json::value_from(program_.conditions)}};
  say("__manifest", json::serialize(manifest));
}

Status Agent::tell(std::string key, std::string value, Moment now, std::optional<std::int64_t> version) {
  TRY(controls_.add({std::move(key), std::move(value), version, true}));
  if (session_) work(now);
  return {};
}

void Agent::report(const std::string& incident, Moment now) {
  ENSURE(incident.size() <= incident_bytes_max);
  const Status told = tell("#incident", json::serialize(json::value(incident)), now);
  if (!told) note(LogLevel::error, "agent.control_dropped", told.error().what);
}

void Agent::ask_time(Moment now) {
  say("#now", "{}");
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
  const Control* control = controls_.next(now.steady >= hold_until_);
  if (!control) return false;
  const auto sent =
      session_->publish(mqtt::Qos::at_least_once, "j/up/" + device_, bytes_of(encode(*control)), {}, now.steady);
  if (!sent && sent.error().code == Errc::exhausted) return false;
  if (sent) {
    controls_.sent(control, sent.value());
  } else {
    note(LogLevel::error, "agent.control_dropped", sent.error().what);
    controls_.skip(control);
  }
  return true;
}

bool Agent::send_reading(Moment now) {
  const auto& waiting = outbox_.waiting();
  auto next = waiting.begin();  // passes at most `window` readings that are in flight
  while (next != waiting.end() && in_flight_.contains(next->at)) ++next;
  if (next == waiting.end()) return false;

  const Timestamp device_time = next->at;
  const auto reading = outbox_.read(device_time);
  if (!reading) return unread(device_time, reading.error(), now);
  const std::string stamp = rfc3339(device_time);
  mqtt::Properties properties;
  properties.add_user("timestamp_device", stamp);
  const std::string topic = "j/data/" + device_ + "/" + reading.value().tag;
  const auto sent =
      session_->publish(mqtt::Qos::at_least_once, topic, bytes_of(reading.value().payload), properties, now.steady);
  if (sent) {
    flights_[sent.value()] = device_time;
    in_flight_.insert(device_time);
    return true;
  }
  if (sent.error().code != Errc::too_large) return false;
  drop(device_time, sent.error().what);
  return true;
}

// A disk that does not answer may do so later; what it does not hold any more is lost, and others wait behind it.
bool Agent::unread(Timestamp device_time, const Error& error, Moment now) {
  if (error.code == Errc::corrupt) {
    drop(device_time, error.what);
    return true;
  }
  hold_until_ = std::max(hold_until_, now.steady + backoff_base + refusals_.next());
  note(LogLevel::error, "agent.reading_not_read", error.what);
  return false;
}

void Agent::on(const mqtt::Acknowledged& event, Moment now) {
  const auto found = flights_.find(event.packet_id);
  if (found == flights_.end()) return control_acknowledged(event.packet_id, event.reason, now);
  const Timestamp reading = found->second;
  flights_.erase(found);
  in_flight_.erase(reading);
  if (!mqtt::is_error(event.reason)) {
    refusals_.reset();
    outbox_.remove(reading);
    actions_.push_back(Settled{reading, {}});
    return;
  }
  if (is_final(event.reason)) return drop(reading, "the manager refused it: " + std::string{name_of(event.reason)});
  postpone("agent.reading_postponed", event.reason, now);
}

void Agent::control_acknowledged(std::uint16_t packet_id, mqtt::ReasonCode reason, Moment now) {
  const bool refused = mqtt::is_error(reason);
  if (refused && !is_final(reason) && controls_.postpone(packet_id)) {
    return postpone("agent.control_postponed", reason, now);
  }
  const auto control = controls_.acknowledged(packet_id);
  if (!control) return;
  if (refused) {
    return note(LogLevel::warn, "agent.control_refused", control->key + ": " + std::string{mqtt::name_of(reason)});
  }
  if (!control->lasts) return;
  actions_.push_back(Told{control->key});
  if (control->key == "@reset" && control->value == resetting) actions_.push_back(Order{ResetOrdered{}});
}

void Agent::postpone(const char* event, mqtt::ReasonCode reason, Moment now) {
  hold_until_ = std::max(hold_until_, now.steady + backoff_base + refusals_.next());
  note(LogLevel::warn, event, "the manager asks for patience: " + std::string{mqtt::name_of(reason)});
}

// For later readings: the program wants it so. Who waits for one of the oldest hears that it has gone.
void Agent::give_way() {
  const std::vector<Timestamp> oldest = outbox_.forget_oldest();
  if (oldest.empty()) return;
  dropped_ += oldest.size();
  note(LogLevel::warn, "agent.oldest_dropped",
       std::to_string(oldest.size()) + " readings, from " + rfc3339(oldest.front()) + " to " + rfc3339(oldest.back()) +
           ", made room for later ones");
  for (const Timestamp one : oldest) {
    actions_.push_back(Settled{one, Error{Errc::exhausted, "the outbox was full, and it made room for a later one"}});
  }
}

void Agent::drop(Timestamp device_time, const std::string& why) {
  ++dropped_;
  note(LogLevel::error, "agent.reading_dropped", rfc3339(device_time) + ": " + why);
  outbox_.remove(device_time);
  actions_.push_back(Settled{device_time, Error{Errc::forbidden, why}});
}

}  // namespace signet::agent
