// descriptor_line.h -- a console's lines over one descriptor, which takes them when it likes. Output that nobody reads
// makes room in whole lines, the oldest first.
#pragma once

#include "net/loop.h"

#include <functional>

namespace signet::board {

inline constexpr std::size_t unread_bytes_max = 64 * 1024;  // output that nobody reads; older lines make room

class DescriptorLine {
 public:
  // `lost` is called once for each open() whose descriptor breaks or ends; it is closed by then. `loop` outlives this.
  DescriptorLine(net::Loop& loop, std::function<void()> lost) : loop_(loop), lost_(std::move(lost)) {}
  DescriptorLine(const DescriptorLine&) = delete;
  DescriptorLine& operator=(const DescriptorLine&) = delete;
  ~DescriptorLine() { close(); }

  // REQUIRES: `fd` does not block. What waited goes out, but for the rest of a line that was cut.
  Status open(Fd fd);
  void close();

  void write(std::string_view whole_lines);
  void on_input(std::function<void(Bytes)> take) { take_ = std::move(take); }
  std::size_t unread_bytes() const { return unsent_.size(); }

 private:
  void take_input();
  void flush();
  void make_room();
  void lose();

  net::Loop& loop_;
  std::function<void()> lost_;
  Fd fd_;
  std::string unsent_;
  bool mid_line_ = false;  // the first line of unsent_ is partly out
  std::function<void(Bytes)> take_ = [](Bytes) {};
};

}  // namespace signet::board
