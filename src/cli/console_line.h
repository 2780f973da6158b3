// console_line.h -- the tool's side of the board's console, as lines (docs/formats/console.md).
//
//   line := text LF | "!" JSON LF          at most console_line_bytes_max with its LF; CR before LF is ignored
//
// Sans-I/O: bytes in, lines out. A board is a peer: what it says is judged like anything from the network.
#pragma once

#include "base/json.h"

#include <functional>

namespace signet::cli {

inline constexpr std::size_t console_line_bytes_max = 8192;

// "!{"id":1,"do":"identify",...}\n"; too_large when it passes the limit.
Result<std::string> encode_request(std::int64_t id, std::string_view verb, const json::object& arguments);

struct Answer {
  std::int64_t id = 0;
  Result<json::object> outcome;  // of "ok"; or the board's own error, its code and message
};
// A line without LF that begins with "!". malformed when it is no response.
Result<Answer> decode_answer(std::string_view line);

// Cuts a stream into lines. A line that is too long is dropped whole.
class LineReader {
 public:
  // Calls `on_line` for every line that is complete now, without its line end.
  void feed(Bytes bytes, const std::function<void(std::string_view line)>& on_line);

 private:
  std::string line_;
  bool too_long_ = false;
};

}  // namespace signet::cli
