#include "board/console_history.h"

namespace signet::board {

void ConsoleHistory::add(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  lines_.emplace_back(line);
  bytes_ += line.size();
  while (bytes_ > history_bytes_max) {
    bytes_ -= lines_.front().size();
    lines_.pop_front();
    ++first_;
  }
}

void ConsoleHistory::clear() {
  first_ += lines_.size();
  lines_.clear();
  bytes_ = 0;
}

json::object ConsoleHistory::behind(std::uint64_t after) const {
  std::size_t at = after < first_ ? 0 : static_cast<std::size_t>(after - first_ + 1);
  json::object out{{"first", first_ + at}};
  json::array texts;
  std::size_t size = 0;
  for (; at < lines_.size(); ++at) {
    size += json::serialize(json::value(lines_[at])).size() + 1;
    if (size > history_answer_bytes_max) break;
    texts.emplace_back(lines_[at]);
  }
  out["lines"] = std::move(texts);
  return out;
}

}  // namespace signet::board
