// console_history.h -- the last lines of a board's console, for who plugs the cable in afterwards. Gone with the power.
#pragma once

#include "base/json.h"

#include <deque>

namespace signet::board {

inline constexpr std::size_t history_bytes_max = 16 * 1024;     // of text; then the oldest line goes
inline constexpr std::size_t history_answer_bytes_max = 7'000;  // of one answer: a console's line has 8,192

class ConsoleHistory {
 public:
  void add(std::string_view line);  // its LF is left out

  void clear();  // the lines that come keep on counting

  // {"first": number of the first of `lines`, "lines": [text, ...]}: those behind the line `after`, as many as one
  // answer holds; none when there are no more. Lines are numbered from 1 since power-on, and those that are gone are
  // passed over.
  json::object behind(std::uint64_t after) const;

 private:
  std::deque<std::string> lines_;
  std::uint64_t first_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace signet::board
