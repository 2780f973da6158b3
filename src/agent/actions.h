// actions.h -- what the agent asks of its shell, and what it hands on from the manager. Values are JSON as text.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"

#include <string>
#include <variant>
#include <vector>

namespace signet::agent {

struct Moment {
  Timestamp wall;  // the board's own clock, which may be wrong
  Instant steady;
};

enum class Phase : std::uint8_t { stopped, waiting, dialing, greeting, subscribing, up };
const char* name_of(Phase phase);

inline constexpr Seconds keepalive_min{5};  // a program may choose within these
inline constexpr Seconds keepalive_max{600};
inline constexpr Millis reconnect_after_min{1'000};
inline constexpr Millis reconnect_after_max{60'000};
inline constexpr Millis network_timeout_min{1'000};
inline constexpr Millis network_timeout_max{120'000};
inline constexpr Seconds time_every_min{60};
inline constexpr Seconds time_every_max{86'400};

// How the connection is kept: zdm.Config, and set_clock_every.
struct Tuning {
  Seconds keepalive{60};
  Millis reconnect_after{1'000};   // the first wait is anything up to this; later ones up to 60 s
  Millis network_timeout{20'000};  // for TCP and TLS, and for each answer
  Seconds time_every{300};         // asks the time again
  bool keep_newest = false;        // a full outbox makes room: the oldest readings go; else it takes no more
  bool operator==(const Tuning&) const = default;
};

// What the firmware can do: names. The manager hears jobs and conditions in the manifest.
struct Program {
  std::vector<std::string> jobs{};
  std::vector<std::string> conditions{};
  std::vector<std::string> variables{};
  Tuning tuning{};
  bool operator==(const Program&) const = default;
};

struct JobOrdered {  // once for each version, however often it is told; then Agent::answer
  std::string name;
  std::int64_t version = 0;
  std::string args;
};
struct ResetOrdered {};  // the job `reset`: the manager knows that it is about to be done
struct VariableWished {  // once for each version while the agent lives; then Agent::tell with this version
  std::string name;
  std::int64_t version = 0;
  std::string value;
};
struct UpdateTold {  // "@fota", again with every connection until it is answered, or "#fota_info"
  std::string key;
  std::int64_t version = 0;
  std::string value;
};
struct SuccessorTold {  // the CA that will follow the manager's: identity/successor.h as JSON
  std::string value;
};
struct ConditionsTold {  // {uuid: {"tag", "start"}}: the answer to "#conditions"
  std::string open;
};
using Order = std::variant<JobOrdered, ResetOrdered, VariableWished, UpdateTold, SuccessorTold, ConditionsTold>;

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
struct Told {  // the manager has acknowledged what tell(), answer() or report() was given
  std::string key;
};
struct Note {  // for the log
  LogLevel level;
  const char* event;
  std::string text;
};
using Action = std::variant<Dial, Transmit, HangUp, Settled, Told, Note, Order>;

}  // namespace signet::agent
