#include "cli/sse.h"

#include <utility>

namespace signet::cli {

bool SseReader::add(std::string_view bytes) {
  for (const char c : bytes) {
    const bool second_of_two = std::exchange(after_return_, c == '\r') && c == '\n';
    if (second_of_two) continue;
    if (c == '\n' || c == '\r') {
      if (!line(std::exchange(line_, {}))) return false;
    } else if (line_.size() + event_.data.size() < sse_event_bytes_max) {
      line_ += c;
    } else {
      too_long_ = true;
    }
  }
  return true;
}

bool SseReader::line(std::string_view text) {
  if (text.empty()) {
    SseEvent event = std::exchange(event_, {});
    const bool counts = !event.data.empty() && !std::exchange(too_long_, false);
    if (!counts) return true;
    event.data.pop_back();  // the last line break
    return take_(event);
  }
  const std::string_view field = text.substr(0, text.find(':'));
  std::string_view value = text.substr(std::min(text.size(), field.size() + 1));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") event_.data.append(value).append("\n");
  if (field == "event") event_.name = value;
  if (field == "id") event_.id = value;
  return true;
}

}  // namespace signet::cli
