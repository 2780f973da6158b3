#include "agent/agent.h"

namespace signet::agent {

const char* name_of(Phase phase) {
  switch (phase) {
    case Phase::stopped: return "stopped";
    case Phase::waiting: return "waiting";
    case Phase::dialing: return "dialing";
    case Phase::greeting: return "greeting";
    case Phase::subscribing: return "subscribing";
    case Phase::up: return "up";
  }
  return "";
}

void Agent::enter(Phase phase) {
  if (phase == phase_) return;
  phase_ = phase;
  note(LogLevel::debug, "agent.phase", name_of(phase));
}

void Agent::note(LogLevel level, const char* event, std::string text) {
  actions_.push_back(Note{level, event, std::move(text)});
}

void Agent::start(std::string device, Program program, Moment now) {
  ENSURE(phase_ == Phase::stopped);
  if (device != device_ && !device_.empty()) controls_.clear(), orders_.clear(), wishes_.clear();
  device_ = std::move(device);
  program_ = std::move(program);
  backoff_.reset();
  retry_at_ = now.steady;  // the first attempt at once
  enter(Phase::waiting);
  tick(now);
}

void Agent::stop(Moment now) {
  if (phase_ == Phase::stopped) return;
  const bool dialed = phase_ != Phase::waiting;
  if (session_) {
    session_->disconnect();
    work(now);
  } else if (dialed) {
    actions_.push_back(HangUp{"stopped"});
  }
  session_.reset();
  flights_.clear();
  in_flight_.clear();
  controls_.on_closed();
  enter(Phase::stopped);
}

void Agent::set_program(Program program, Moment now) {
  program_ = std::move(program);
  orders_.keep_only(program_.jobs);
  wishes_.clear();  // it was started anew: it is to hear them again
  if (phase_ != Phase::up) return;
  say_manifest();
  say("#status", json::serialize(json::object{{"firmware", firmware_}}));
  work(now);
}

void Agent::set_firmware(std::string firmware, Moment now) {
  if (firmware == firmware_) return;
  firmware_ = std::move(firmware);
  if (phase_ != Phase::up) return;
  say("#status", json::serialize(json::object{{"firmware", firmware_}}));
  work(now);
}

void Agent::on_open(Moment now) {
  if (phase_ != Phase::dialing) return;
  mqtt::ClientOptions options;
  options.client_id = device_;
  const Seconds patience = std::chrono::ceil<Seconds>(program_.tuning.network_timeout);
  options.keepalive = program_.tuning.keepalive;
  options.connect_timeout = options.answer_timeout = patience;
  options.packet_bytes_max = message_bytes_max;
  session_.emplace(std::move(options), now.steady);
  ENSURE(session_->subscribe("j/dn/" + device_, mqtt::Qos::at_least_once, now.steady));  // along with CONNECT
  enter(Phase::greeting);
  work(now);
}

void Agent::on_bytes(Bytes bytes, Moment now) {
  if (!session_) return;
  session_->receive(bytes, now.steady);
  work(now);
}

void Agent::on_closed(const std::string& why, Moment now) {
  if (phase_ == Phase::stopped || phase_ == Phase::waiting) return;
  if (phase_ == Phase::up && now.steady - up_since_ >= stable_after) backoff_.reset();
  session_.reset();
  flights_.clear();
  in_flight_.clear();
  controls_.on_closed();
  const Micros wait = backoff_.next(program_.tuning.reconnect_after);
  retry_at_ = now.steady + wait;
  const auto millis = std::chrono::duration_cast<Millis>(wait).count();
  note(LogLevel::warn, "agent.offline",
       (why.empty() ? "the manager closed the connection" : why) + "; next attempt in " + std::to_string(millis) +
           " ms");
  enter(Phase::waiting);
}

void Agent::tick(Moment now) {
  if (phase_ == Phase::waiting && now.steady >= retry_at_) {
    enter(Phase::dialing);
    actions_.push_back(Dial{});
    return;
  }
  if (!session_) return;
  session_->tick(now.steady);
  const Seconds patience = time_awaited_ ? time_answer_within : program_.tuning.time_every;
  if (phase_ == Phase::up && now.steady >= time_asked_ + patience) ask_time(now);
  work(now);
}

std::optional<Instant> Agent::deadline() const {
  if (phase_ == Phase::waiting) return retry_at_;
  if (!session_) return std::nullopt;
  std::optional<Instant> first = session_->deadline();
  const auto offer = [&](Instant at) { first = first ? std::min(*first, at) : at; };
  if (phase_ == Phase::up) offer(time_asked_ + (time_awaited_ ? time_answer_within : program_.tuning.time_every));
  if (phase_ == Phase::up && hold_until_ != Instant{}) offer(hold_until_);
  return first;
}

Timestamp Agent::time(Moment now) const {
  if (!manager_time_) return now.wall;
  return manager_time_->at + (now.steady - manager_time_->when);
}

Result<Timestamp> Agent::publish(std::string_view tag, std::string_view payload, Moment now) {
  const bool may_fit = payload.size() <= payload_bytes_max && check_tag(tag);
  if (program_.tuning.keep_newest && may_fit && !outbox_.has_room(tag, payload)) give_way();
  const Timestamp device_time = TRY(outbox_.add(time(now), tag, payload));
  if (session_) work(now);
  return device_time;
}

// Performs what the session says, gives it what is to be sent, and hands its bytes on.
void Agent::work(Moment now) {
  while (auto event = session_->next()) {
    std::visit([&](const auto& what) { on(what, now); }, *event);
  }
  pump(now);
  if (Buffer bytes = session_->take_output(); !bytes.empty()) actions_.push_back(Transmit{std::move(bytes)});
  if (session_->closed()) {
    session_.reset();
    actions_.push_back(HangUp{std::exchange(end_, {})});
  }
}

}  // namespace signet::agent
