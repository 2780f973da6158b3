#include "element/link/trace_file.h"

// What is a trace can be replayed line by line without harm, and reads the same when written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element;
  const auto lines = parse_trace(text_of({data, size}));
  if (!lines) return 0;
  std::string again = std::string{trace_header} + "\n";
  for (const std::string& line : lines.value()) again += line + "\n";
  ENSURE(parse_trace(again).value() == lines.value());
  ReplayLink replay{lines.value()};
  for (const std::string& line : lines.value()) {
    if (line.starts_with("wake")) static_cast<void>(replay.wake());
    if (line.starts_with("idle")) static_cast<void>(replay.idle());
    if (line.starts_with("sleep")) static_cast<void>(replay.sleep());
    if (line.starts_with("renew")) static_cast<void>(replay.renew());
    if (line.starts_with("send ")) {
      const Buffer packet = decode_hex(line.substr(5, line.find(' ', 5) - 5)).value();
      static_cast<void>(replay.exchange(packet, std::chrono::milliseconds{1}));
    }
  }
  ENSURE(replay.at_end());
  return 0;
}
