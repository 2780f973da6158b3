// console_line.h -- the lines of the board's console (docs/formats/console.md): what a tool asks, what the board
// answers. Pure: no terminal.
#pragma once

#include "base/json.h"

#include <optional>

namespace signet::board {

inline constexpr std::size_t console_line_bytes_max = 8192;  // with its LF

struct ConsoleRequest {
  std::int64_t id = 0;
  std::string what;        // "identify"
  json::object arguments;  // the whole object
};

// Cuts what a tool types into lines. A line that is too long is given once, empty and marked, when it has ended.
class LineReader {
 public:
  struct Line {
    std::string text;  // without LF, without a CR before it
    bool too_long = false;
  };
  explicit LineReader(std::size_t bytes_max = console_line_bytes_max) : bytes_max_(bytes_max) {}
  void feed(Bytes bytes);
  std::optional<Line> next();
  // What came after the last LF, and no more is to come.
  std::optional<Line> rest();

 private:
  std::size_t bytes_max_;
  std::string pending_;
  bool skipping_ = false;  // within a line that was too long
  std::vector<Line> lines_;
  std::size_t given_ = 0;
};

// True for a line that asks the board; all others are what a person types.
inline bool is_request(std::string_view line) { return line.starts_with('!'); }
Result<ConsoleRequest> parse_request(std::string_view line);

// Whole lines with LF. An `id` that could not be read is null.
std::string answer_line(std::optional<std::int64_t> id, const json::value& ok);
std::string refusal_line(std::optional<std::int64_t> id, const Error& error);

// What the board itself says to a person: "board: ..." with LF.
std::string board_line(std::string_view text);
// A line of firmware's text, with LF: nothing in it can pass for the board's. A leading '!' or "board:" gets a space
// before it; control characters but tab are taken out, of 0x80 to 0x9f too (a CR or NEL would start a line on some
// terminals). Text that is not UTF-8 keeps its ASCII.
std::string firmware_line(std::string_view text);

}  // namespace signet::board
