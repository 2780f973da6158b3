// agent.h -- the device's side of the manager's protocol: connect, subscribe, tell, ask the time, send readings.
//
//   stopped -> waiting -> dialing -> greeting -> subscribing -> up -> (closed) waiting -> ...
//
// Bytes, events and time in; actions out. After every call, perform take_actions() in order and set a timer for
// deadline(). A reading that publish() accepted is durable; it leaves the outbox only when the manager has acknowledged
// it, or has refused it for good.
#pragma once

#include "agent/actions.h"
#include "agent/backoff.h"
#include "agent/control_queue.h"
#include "agent/orders.h"
#include "agent/outbox.h"
#include "base/json.h"
#include "mqtt/client_session.h"

#include <set>

namespace signet::agent {

inline constexpr Seconds time_answer_within{20};  // then asks the time once more
inline constexpr Seconds stable_after{30};        // a connection that lived so long starts the backoff over
inline constexpr std::size_t incident_bytes_max = 256;
inline constexpr std::size_t window = 16;                       // readings that wait for their PUBACK at once
inline constexpr std::size_t message_bytes_max = 256 * 1024;    // of the manager: the answer to #status is the largest
inline constexpr std::size_t conditions_bytes_max = 64 * 1024;  // that are open, as the manager lists them
inline constexpr const char* resetting = R"("resetting device...")";  // what the job `reset` is answered with

class Agent {
 public:
  // Both outlive the agent.
  Agent(Outbox& outbox, crypto::Random& random) : outbox_(outbox), backoff_(random), refusals_(random) {}

  // REQUIRES: stopped. `device` is its id at the manager: another than before forgets what was to be told.
  void start(std::string device, Program program, Moment now);
  void stop(Moment now);  // says goodbye; readings stay in the outbox
  void set_program(Program program, Moment now);
  void set_firmware(std::string firmware, Moment now);  // "Factory", "fmw-...:2.0.0": told with #status

  // What the manager's audit should know of this board, UTF-8 of at most incident_bytes_max: told in this connection or
  // the next, until Told "#incident". A later one takes its place.
  void report(const std::string& incident, Moment now);
  // On j/up, now or with the next connection, until the manager has acknowledged it: Told. `value` is JSON, `version`
  // that of what it answers. See ControlQueue::add.
  Status tell(std::string key, std::string value, Moment now, std::optional<std::int64_t> version = {});
  // Of a JobOrdered. A later order of that name waits for another answer: then this one is not told.
  Status answer(const std::string& job, std::int64_t version, std::string result, Moment now);

  void on_open(Moment now);
  void on_bytes(Bytes bytes, Moment now);
  void on_closed(const std::string& why, Moment now);
  void tick(Moment now);  // when deadline() has come

  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  std::optional<Instant> deadline() const;

  // Durable when it returns; gives the device time, which names the reading. `payload` is a JSON object as text.
  // Works in every phase. exhausted: the outbox is full and nothing was kept.
  Result<Timestamp> publish(std::string_view tag, std::string_view payload, Moment now);

  Phase phase() const { return phase_; }
  bool connected() const { return phase_ == Phase::up; }
  bool has_time() const { return manager_time_.has_value(); }
  bool online() const { return connected() && has_time(); }
  Timestamp time(Moment now) const;  // the manager's, once it is known
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct ManagerTime {
    Timestamp at;
    Instant when;
  };
  void enter(Phase phase);
  void note(LogLevel level, const char* event, std::string text);
  void work(Moment now);
  void pump(Moment now);
  bool send_control(Moment now);
  bool send_reading(Moment now);
  void give_way();
  bool unread(Timestamp device_time, const Error& error, Moment now);
  void ask_time(Moment now);
  void say(std::string key, std::string value);  // in this connection
  void say_manifest();
  void control_acknowledged(std::uint16_t packet_id, mqtt::ReasonCode reason, Moment now);
  void postpone(const char* event, mqtt::ReasonCode reason, Moment now);

  void on(const mqtt::Connected& event, Moment now);
  void on(const mqtt::ConnectRefused& event, Moment now);
  void on(const mqtt::MessageReceived& event, Moment now);
  void on(const mqtt::Acknowledged& event, Moment now);
  void on(const mqtt::Subscribed& event, Moment now);
  void on(const mqtt::Unsubscribed&, Moment) {}
  void on(const mqtt::Closed& event, Moment now);
  void on_message(std::string_view payload, Moment now);
  void on_time(std::int64_t millis, Moment now);
  void on_status(const json::value& value, Moment now);
  void on_order(const std::string& key, std::int64_t version, const json::value& value, Moment now);
  void on_job(const std::string& name, std::int64_t version, const json::value& value, Moment now);
  void on_wish(const std::string& name, std::int64_t version, const json::value& value);
  void tell_answer(const std::string& job, std::int64_t version, std::string result);
  void drop(Timestamp device_time, const std::string& why);

  Outbox& outbox_;
  Backoff backoff_;   // between connections
  Backoff refusals_;  // after "later, please"
  std::string device_;
  Program program_;
  std::string firmware_ = "Factory";
  Phase phase_ = Phase::stopped;
  std::vector<Action> actions_;
  std::optional<mqtt::ClientSession> session_;
  std::string end_;     // why the session ended
  Instant retry_at_{};  // waiting
  Instant up_since_{};
  Instant hold_until_{};  // nothing that lasts before, after "later, please"
  ControlQueue controls_;
  Orders orders_;
  std::map<std::string, std::int64_t> wishes_;  // the version of each that was handed on last
  std::map<std::uint16_t, Timestamp> flights_;  // readings by packet id
  std::set<Timestamp> in_flight_;
  std::optional<ManagerTime> manager_time_;
  Instant time_asked_{};
  bool time_awaited_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace signet::agent
