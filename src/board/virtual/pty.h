// pty.h -- the virtual board's serial line: a pseudo-terminal, found through the symbolic link FOLDER/console.
#pragma once

#include "board/descriptor_line.h"
#include "board/ports.h"

namespace signet::board {

class Pty final : public Console {
 public:
  // `loop` outlives it.
  static Result<std::unique_ptr<Pty>> create(net::Loop& loop, const std::string& folder);
  ~Pty() override;

  void write(std::string_view whole_lines) override { line_.write(whole_lines); }
  void on_input(std::function<void(Bytes)> take) override { line_.on_input(std::move(take)); }
  const std::string& path() const { return link_; }
  std::size_t unread_bytes() const { return line_.unread_bytes(); }

 private:
  Pty(net::Loop& loop, Fd slave, std::string link);

  Fd slave_;  // held open: else every close by a tool would hang the line up
  std::string link_;
  DescriptorLine line_;
};

}  // namespace signet::board
