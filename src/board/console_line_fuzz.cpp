#include "board/console_line.h"

#include <cstdlib>

// Whatever is typed: no line passes the limit, and no text of a firmware passes for a response.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  board::LineReader reader;
  reader.feed(Bytes{data, size});
  while (const auto line = reader.next()) {
    if (line->text.size() >= board::console_line_bytes_max) std::abort();
    const auto request = board::parse_request(line->text);
    if (request) (void)board::answer_line(request.value().id, request.value().arguments);
    const std::string shown = board::firmware_line(line->text);
    if (shown.starts_with('!') || shown.starts_with("board:") || shown.find('\n') != shown.size() - 1 ||
        shown.find('\r') != shown.npos)
      std::abort();
  }
  return 0;
}
