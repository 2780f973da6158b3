// sse.h -- private to cli/: Server-Sent Events (HTML standard, 9.2.6), as bytes come.
//
//   event := *( field [ ":" [ " " ] value ] eol ) eol        eol := LF, CR or CR LF; a field that is empty is a comment
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace signet::cli {

inline constexpr std::size_t sse_event_bytes_max = 1u << 20;  // what is longer is left out

struct SseEvent {
  std::string id;
  std::string name = "message";
  std::string data;
};

class SseReader {
 public:
  // `take` is called with each event that has data; false: enough.
  explicit SseReader(std::function<bool(const SseEvent&)> take) : take_(std::move(take)) {}
  bool add(std::string_view bytes);  // what `take` said at last

 private:
  bool line(std::string_view text);
  std::function<bool(const SseEvent&)> take_;
  std::string line_;
  SseEvent event_;
  bool too_long_ = false;
  bool after_return_ = false;  // CR, so that a LF belongs to it
};

}  // namespace signet::cli
