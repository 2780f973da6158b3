// What the manager says: CONNACK, SUBACK, the time, and the end. Its orders: heard.cpp.
#include "agent/agent.h"
namespace signet::agent {
namespace {

constexpr Timestamp earliest = Timestamp{Seconds{1'577'836'800}};  // 2020-01-01: before this project
constexpr Timestamp latest = Timestamp{Seconds{10'413'792'000}};   // 2300-01-01

}  // namespace

void Agent::on(const mqtt::Connected&, Moment) { enter(Phase::subscribing); }

void Agent::on(const mqtt::ConnectRefused& event, Moment) {
  note(LogLevel::warn, "agent.refused",
       "the manager refused the connection: " + std::string{mqtt::name_of(event.reason)});
}

void Agent::on(const mqtt::Subscribed& event, Moment now) {
  if (event.reasons.empty() || mqtt::is_error(event.reasons[0])) {
    note(LogLevel::error, "agent.refused", "the manager refused the subscription to j/dn/" + device_);
    session_->disconnect();
    return;
  }
  up_since_ = now.steady;
  hold_until_ = {};
  enter(Phase::up);
  note(LogLevel::info, "agent.connected", device_);
  say("#status", json::serialize(json::object{{"firmware", firmware_}}));
  say_manifest();
  ask_time(now);
}

void Agent::on(const mqtt::MessageReceived& event, Moment now) {
  if (event.publish.topic == "j/dn/" + device_) on_message(text_of(event.publish.payload), now);
  if (event.publish.qos == mqtt::Qos::at_least_once) session_->acknowledge(event.publish.packet_id);
}

// The answer left the manager half-way between question and answer, as far as we can know.
void Agent::on_time(std::int64_t millis, Moment now) {
  if (!time_awaited_) return;
  if (millis < epoch_millis(earliest) || millis > epoch_millis(latest)) {
    return note(LogLevel::warn, "agent.message_ignored", "#now: a time outside 2020 to 2300");
  }
  time_awaited_ = false;
  const Timestamp sent_at{Millis{millis}};
  const Micros travelled = (now.steady - time_asked_) / 2;
  const bool first = !manager_time_;
  const Micros off = sent_at + travelled - now.wall;
  manager_time_ = ManagerTime{sent_at + travelled, now.steady};
  if (first) {
    note(LogLevel::info, "agent.online", "the board's clock is off by " + std::to_string(off.count() / 1000) + " ms");
  }
}

void Agent::on(const mqtt::Closed& event, Moment) { end_ = event.why.what; }

}  // namespace signet::agent
