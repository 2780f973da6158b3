// pty.h -- the virtual board's serial line: a pseudo-terminal, found through the symbolic link FOLDER/console.
#pragma once

#include "board/ports.h"
#include "net/loop.h"

namespace signet::board {

inline constexpr std::size_t unread_bytes_max = 64 * 1024;  // output that nobody reads; older lines make room

class Pty final : public Console {
 public:
  // `loop` outlives it.
  static Result<std::unique_ptr<Pty>> create(net::Loop& loop, const std::string& folder);
  ~Pty() override;

  void write(std::string_view whole_lines) override;
  void on_input(std::function<void(Bytes)> take) override { take_ = std::move(take); }
  const std::string& path() const { return link_; }
  std::size_t unread_bytes() const { return unsent_.size(); }

 private:
  Pty(net::Loop& loop, Fd master, Fd slave, std::string link);
  void flush();
  void make_room();

  net::Loop& loop_;
  Fd master_;
  Fd slave_;  // held open: else every close by a tool would hang the line up
  std::string link_;
  std::string unsent_;
  bool mid_line_ = false;  // the first line of unsent_ is partly out
  std::function<void(Bytes)> take_ = [](Bytes) {};
};

}  // namespace signet::board
