#include "base/log.h"

#include "base/clock.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace signet {
namespace {

constexpr const char* level_names[] = {"debug", "info", "warn", "error"};

struct LogState {
  std::string program = "signet";
  LogLevel least = LogLevel::info;
  bool readable = isatty(STDERR_FILENO) == 1;
  std::shared_ptr<spdlog::logger> sink = make_sink();

  static std::shared_ptr<spdlog::logger> make_sink() {
    auto logger = std::make_shared<spdlog::logger>("signet", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
    return logger;
  }
};

// The one process-wide object of the project: every module may log, and a log has no other home than the process.
LogState& state() {
  static LogState instance;
  return instance;
}

void append_escaped(std::string& out, std::string_view text) {
  const bool cut = text.size() > log_value_bytes_max;
  for (const char c : text.substr(0, log_value_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte >= 0x20 && byte < 0x7f)
      out += c;
    else
      out += fmt::format("\\u{:04x}", byte);
  }
  if (cut) out += "...";
}

void append_quoted_when(bool quoted, std::string& out, std::string_view text) {
  if (quoted) out += '"';
  append_escaped(out, text);
  if (quoted) out += '"';
}

}  // namespace

void start_log(std::string_view program, LogLevel least) {
  state().program = program;
  state().least = least;
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < state().least) return;
  const std::string time = rfc3339(SystemClock{}.now());
  const std::string line = state().readable ? log_line_text(time, level, event, fields)
                                            : log_line_json(time, level, state().program, event, fields);
  state().sink->info("{}", line);
  state().sink->flush();
}

std::string log_line_json(std::string_view time, LogLevel level, std::string_view program, std::string_view event,
                          std::initializer_list<LogField> fields) {
  std::string out = fmt::format(R"({{"time":"{}","level":"{}","program":"{}","event":"{}")", time,
                                level_names[static_cast<int>(level)], program, event);
  for (const LogField& field : fields) {
    out += ",\"" + field.name + "\":";
    append_quoted_when(field.quoted, out, field.value);
  }
  return out + "}";
}

std::string log_line_text(std::string_view time, LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields) {
  std::string out = fmt::format("{} {:<5} {:<24}", time.substr(11, 12), level_names[static_cast<int>(level)], event);
  for (const LogField& field : fields) {
    out += " " + field.name + "=";
    const bool could_be_two = field.value.empty() || field.value.find_first_of(" =\"") != field.value.npos;
    append_quoted_when(could_be_two, out, field.value);
  }
  return out;
}

LogLevel log_level_of(Errc code) {
  switch (code) {
    case Errc::malformed:
    case Errc::too_large:
    case Errc::unauthenticated:
    case Errc::forbidden:
    case Errc::not_found:
    case Errc::conflict:
    case Errc::exhausted: return LogLevel::warn;
    case Errc::unavailable:
    case Errc::corrupt: return LogLevel::error;
  }
  return LogLevel::error;
}

}  // namespace signet
