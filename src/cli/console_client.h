// console_client.h -- asks a board on a serial line: raw, 8n1, one request at a time.
//
//   auto board = TRY(ConsoleClient::open("/dev/ttyUSB0", 115200));
//   const json::object unit = TRY(board.ask("identify", {}, Seconds{5}));
#pragma once

#include "base/clock.h"
#include "base/port/file.h"
#include "cli/console_line.h"

namespace signet::cli {

class ConsoleClient {
 public:
  // not_found or forbidden naming the path; conflict when another tool holds it; malformed for a speed that is none.
  static Result<ConsoleClient> open(const std::string& path, unsigned baud);

  // The board's answer to `verb`, or its error; unavailable when it says nothing in time. Other lines are skipped.
  Result<json::object> ask(std::string_view verb, const json::object& arguments, Millis timeout);

 private:
  ConsoleClient(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Status write_all(std::string_view text, Instant deadline);
  Fd fd_;
  std::string path_;
  LineReader reader_;
  // Begins elsewhere for every tool: what the board still has to say to an earlier one is not for us.
  std::int64_t last_id_ = epoch_micros(SystemClock{}.now());
};

}  // namespace signet::cli
