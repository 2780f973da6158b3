// channel.h -- the firmware's end of the socketpair: ask the board, wait for its answer. Any thread may ask.
#pragma once

#include "base/port/file.h"
#include "board/client/frame.h"

#include <condition_variable>
#include <deque>
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
  // The same for a request that is answered with an open descriptor. exhausted: this process has no room for one more.
  Result<Fd> call_for_descriptor(std::string_view request);

 private:
  struct Answer {
    Frame frame;
    Fd handed;  // of a handover
  };
  Result<Answer> ask(std::string_view request);
  Result<Answer> wait_for(std::uint32_t id);
  Status take(Frame frame);
  Status read_some();
  Status write_all(Bytes bytes);

  Fd socket_;
  std::mutex write_mutex_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool someone_reads_ = false;
  std::uint32_t last_id_ = 0;
  std::optional<Error> broken_;
  std::map<std::uint32_t, Answer> answers_;
  FrameReader reader_;     // touched only by the one who reads, as
  std::deque<Fd> handed_;  // descriptors, in the order of their handovers; an empty one: there was no room for it
};

}  // namespace signet::board
