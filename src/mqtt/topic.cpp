#include "mqtt/topic.h"

namespace signet::mqtt {
namespace {

// Takes the first level off `path`; `more` says whether another follows.
std::string_view take_level(std::string_view& path, bool& more) {
  const std::size_t slash = path.find('/');
  const std::string_view level = path.substr(0, slash);
  more = slash != path.npos;
  path = more ? path.substr(slash + 1) : std::string_view{};
  return level;
}

}  // namespace

Status check_topic_name(std::string_view topic) {
  if (topic.empty()) return Error{Errc::malformed, "[MQTT-4.7.3-1] topic is empty"};
  if (topic.size() > topic_bytes_max) return Error{Errc::too_large, "topic passes topic_bytes_max"};
  if (has_wildcard(topic)) return Error{Errc::malformed, "[MQTT-3.3.2-2] wildcard in topic"};
  return {};
}

Status check_topic_filter(std::string_view filter) {
  if (filter.empty()) return Error{Errc::malformed, "[MQTT-4.7.3-1] filter is empty"};
  if (filter.size() > topic_bytes_max) return Error{Errc::too_large, "filter passes topic_bytes_max"};
  for (bool more = true; more;) {
    const std::string_view level = take_level(filter, more);
    if (level == "#" && more) return Error{Errc::malformed, "[MQTT-4.7.1-1] # is not the last level"};
    if (level.size() > 1 && level.find('#') != level.npos) {
      return Error{Errc::malformed, "[MQTT-4.7.1-1] # does not fill its level"};
    }
    if (level.size() > 1 && level.find('+') != level.npos) {
      return Error{Errc::malformed, "[MQTT-4.7.1-2] + does not fill its level"};
    }
  }
  return {};
}

bool has_wildcard(std::string_view filter) { return filter.find_first_of("#+") != filter.npos; }

bool is_shared(std::string_view filter) { return filter.starts_with("$share/"); }

bool topic_matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && (filter.starts_with('#') || filter.starts_with('+'))) return false;  // [MQTT-4.7.2-1]
  for (bool more_filter = true, more_topic = true;;) {
    const std::string_view wanted = take_level(filter, more_filter);
    if (wanted == "#") return true;
    const std::string_view level = take_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
    if (!more_topic) return !more_filter || filter == "#";  // "a/#" matches "a" (4.7.1.2)
    if (!more_filter) return false;
  }
}

}  // namespace signet::mqtt
