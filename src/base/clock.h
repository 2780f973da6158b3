// clock.h -- time as a port. Machines are given time; only main() and the shells own a real clock.
#pragma once

#include "base/result.h"

#include <chrono>

namespace signet {

using Micros = std::chrono::microseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Wall time, microseconds since 1970 in UTC. May jump. 64 bits: certificates run past 2049.
using Timestamp = std::chrono::sys_time<Micros>;
// Time since an arbitrary start that never goes back. For timeouts.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Micros>;

struct Clock {
  virtual ~Clock() = default;
  virtual Timestamp now() = 0;
  virtual Instant monotonic() = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() override { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }
  Instant monotonic() override { return std::chrono::time_point_cast<Micros>(std::chrono::steady_clock::now()); }
};

// A clock that moves only when told. Tests and the simulation use it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : wall_(start) {}
  Timestamp now() override { return wall_; }
  Instant monotonic() override { return steady_; }
  void advance(Micros by) { wall_ += by, steady_ += by; }
  void set_wall(Timestamp to) { wall_ = to; }

 private:
  Timestamp wall_;
  Instant steady_{Seconds{1}};
};

inline std::int64_t epoch_millis(Timestamp at) { return std::chrono::floor<Millis>(at).time_since_epoch().count(); }
inline std::int64_t epoch_micros(Timestamp at) { return at.time_since_epoch().count(); }
inline Timestamp from_epoch_micros(std::int64_t micros) { return Timestamp{Micros{micros}}; }

// RFC 3339 in UTC, "2021-03-26T09:46:00.565155Z": fraction of 6 digits, left out when zero.
std::string rfc3339(Timestamp at);
// Takes any offset and 0 to 9 fraction digits (what passes microseconds is cut). Years 1970 to 9999.
Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace signet
