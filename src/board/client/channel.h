// channel.h -- the firmware's end of the socketpair: ask the board, wait for its answer. Any thread may ask.
#pragma once

#include "base/port/file.h"
#include "board/client/frame.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

namespace signet::board {

class Channel {
 public:
  explicit Channel(Fd socket) : socket_(std::move(socket)) {}

  // `request` is a JSON object with "do". The board's answer as JSON, or its refusal as an Error.
  // unavailable when the board has gone.
  Result<std::string> call(std::string_view request);

 private:
  Result<Frame> wait_for(std::uint32_t id);
  Status read_some();
  Status write_all(Bytes bytes);

  Fd socket_;
  std::mutex write_mutex_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool someone_reads_ = false;
  std::uint32_t last_id_ = 0;
  std::optional<Error> broken_;
  std::map<std::uint32_t, Frame> answers_;
  FrameReader reader_;  // touched only by the one who reads
};

}  // namespace signet::board
