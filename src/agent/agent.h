// agent.h -- the device's side of the manager's protocol: connect, subscribe, tell, ask the time, send readings.
//
//   stopped -> waiting -> dialing -> greeting -> subscribing -> up -> (closed) waiting -> ...
//
// Bytes, events and time in; actions out. After every call, perform take_actions() in order and set a timer for
// deadline(). A reading that publish() accepted is durable; it leaves the outbox only when the manager has acknowledged
// it, or has refused it for good.
#pragma once

#include "agent/backoff.h"
#include "agent/outbox.h"
#include "base/log.h"
#include "mqtt/client_session.h"

#include <deque>
#include <set>

namespace signet::agent {

inline constexpr Seconds keepalive{60};
inline constexpr Seconds time_every{300};         // asks the time again
inline constexpr Seconds time_answer_within{20};  // then asks once more
inline constexpr Seconds stable_after{30};        // a connection that lived so long starts the backoff over
inline constexpr std::size_t incident_bytes_max = 256;
inline constexpr std::size_t window = 16;  // readings that wait for their PUBACK at once

struct Moment {
  Timestamp wall;  // the board's own clock, which may be wrong
  Instant steady;
};

enum class Phase : std::uint8_t { stopped, waiting, dialing, greeting, subscribing, up };
const char* name_of(Phase phase);

// What the shell does for the machine.
struct Dial {};  // then on_open or on_closed
struct Transmit {
  Buffer bytes;
};
struct HangUp {  // after what was transmitted; then on_closed with this reason
  std::string why;
};
struct Settled {  // a reading left the outbox: acknowledged, or the reason why it was dropped
  Timestamp device_time;
  Status outcome;
};
struct IncidentTold {};  // the manager has acknowledged what report() was given
struct Note {            // for the log
  LogLevel level;
  const char* event;
  std::string text;
};
using Action = std::variant<Dial, Transmit, HangUp, Settled, IncidentTold, Note>;

class Agent {
 public:
  // Both outlive the agent.
  Agent(Outbox& outbox, crypto::Random& random) : outbox_(outbox), backoff_(random), refusals_(random) {}

  // REQUIRES: stopped. `device` is its id at the manager; `jobs` go into the manifest.
  void start(std::string device, std::vector<std::string> jobs, Moment now);
  void stop(Moment now);  // says goodbye; readings stay in the outbox
  void set_jobs(std::vector<std::string> jobs, Moment now);

  // What the manager's audit should know of this board, UTF-8 of at most incident_bytes_max: told in this connection or
  // the next, until IncidentTold. A later one takes its place.
  void report(std::string incident, Moment now);

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
  struct Control {
    std::string message;
    bool is_incident = false;
  };
  struct Flight {  // a reading by its device time, or a control
    std::optional<Timestamp> reading{};
    bool is_incident = false;
  };
  void enter(Phase phase);
  void note(LogLevel level, const char* event, std::string text);
  void work(Moment now);
  void pump(Moment now);
  bool send_control(Moment now);
  bool send_reading(Moment now);
  void ask_time(Moment now);
  void tell(std::string_view key, std::string_view value, bool is_incident = false);
  void tell_incident();

  void on(const mqtt::Connected& event, Moment now);
  void on(const mqtt::ConnectRefused& event, Moment now);
  void on(const mqtt::MessageReceived& event, Moment now);
  void on(const mqtt::Acknowledged& event, Moment now);
  void on(const mqtt::Subscribed& event, Moment now);
  void on(const mqtt::Unsubscribed&, Moment) {}
  void on(const mqtt::Closed& event, Moment now);
  void on_message(std::string_view payload, Moment now);
  void on_time(std::int64_t millis, Moment now);
  void drop(Timestamp device_time, const std::string& why);

  Outbox& outbox_;
  Backoff backoff_;   // between connections
  Backoff refusals_;  // after "later, please"
  std::string device_;
  std::vector<std::string> jobs_;
  Phase phase_ = Phase::stopped;
  std::vector<Action> actions_;
  std::optional<mqtt::ClientSession> session_;
  std::string end_;     // why the session ended
  Instant retry_at_{};  // waiting
  Instant up_since_{};
  Instant hold_until_{};  // no reading before, after "later, please"
  std::optional<std::string> incident_;
  std::deque<Control> controls_;             // for j/up
  std::map<std::uint16_t, Flight> flights_;  // by packet id
  std::set<Timestamp> in_flight_;
  std::optional<ManagerTime> manager_time_;
  Instant time_asked_{};
  bool time_awaited_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace signet::agent
