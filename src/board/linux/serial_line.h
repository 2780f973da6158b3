// serial_line.h -- a board's console on a real serial line:  name := DEVICE [":" BAUD]     /dev/ttyAMA0:115200
// Raw, 8N1, no flow control. A line that goes away (a cable's adapter is pulled) is opened again when it is back.
#pragma once

#include "board/descriptor_line.h"
#include "board/ports.h"

#include <memory>
#include <optional>

namespace signet::board {

inline constexpr std::uint32_t serial_baud = 115'200;  // when none is named
inline constexpr Seconds serial_line_looked_for_every{1};

struct SerialName {
  std::string device;
  std::uint32_t baud = serial_baud;
  friend bool operator==(const SerialName&, const SerialName&) = default;
};
// malformed: no device, or a speed that serial lines do not have.
Result<SerialName> parse_serial_name(std::string_view name);

class SerialLine final : public Console {
 public:
  // Says what to do when there is no such line, it is not for us, or another program has locked it. `loop` outlives it.
  static Result<std::unique_ptr<SerialLine>> create(net::Loop& loop, SerialName name);
  ~SerialLine() override;

  void write(std::string_view whole_lines) override { line_.write(whole_lines); }
  void on_input(std::function<void(Bytes)> take) override { line_.on_input(std::move(take)); }
  const std::string& path() const { return name_.device; }
  std::size_t unread_bytes() const { return line_.unread_bytes(); }

 private:
  SerialLine(net::Loop& loop, SerialName name);
  Status open();
  void look_for_it();

  net::Loop& loop_;
  SerialName name_;
  std::optional<net::Loop::TimerId> timer_;
  DescriptorLine line_;
};

}  // namespace signet::board
