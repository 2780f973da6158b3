// log.h -- one line an event. On a terminal it reads as text; otherwise it is one JSON object a line.
//
//   log_info("device.connected", {{"device", id}, {"address", peer}});
//
// An event name is "room.happened". A value that came from a peer is escaped and cut to log_value_bytes_max.
// Never pass a secret: no field of this project holds one that can be printed (see crypto/secret.h).
#pragma once

#include "base/result.h"

#include <cmath>
#include <initializer_list>

namespace signet {

inline constexpr std::size_t log_value_bytes_max = 512;

enum class LogLevel : std::uint8_t { debug, info, warn, error };

// A name and a value, as text; numbers and booleans stay bare in JSON.
struct LogField {
  std::string name;
  std::string value;
  bool quoted = true;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(v) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(v) {}
  LogField(std::string_view n, bool v) : name(n), value(v ? "true" : "false"), quoted(false) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> LogField(std::string_view n, Number v)
      : name(n), value(std::to_string(v)), quoted(!is_finite(v)) {}  // inf, nan: text

 private:
  template <class Number>
  static bool is_finite([[maybe_unused]] Number v) {
    if constexpr (std::is_floating_point_v<Number>) return std::isfinite(v);
    return true;
  }
};

// Call once in main, before threads. Standard error is the only sink; `program` names the writer.
void start_log(std::string_view program, LogLevel least = LogLevel::info);

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});
inline void log_debug(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::debug, e, f); }
inline void log_info(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::info, e, f); }
inline void log_warn(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::warn, e, f); }
inline void log_error(std::string_view e, std::initializer_list<LogField> f = {}) { log(LogLevel::error, e, f); }

// Pure, for tests: the two forms of a line. `time` is RFC 3339.
std::string log_line_json(std::string_view time, LogLevel level, std::string_view program, std::string_view event,
                          std::initializer_list<LogField> fields);
std::string log_line_text(std::string_view time, LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields);

// What an error is for the log: our peers' mistakes are warnings, our own damage is an error.
LogLevel log_level_of(Errc code);

}  // namespace signet
