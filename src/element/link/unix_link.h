// unix_link.h -- a Link over a bus served on a unix socket: the client of element/wire/bus.h.
#pragma once

#include "base/port/file.h"
#include "element/wire/bus.h"
#include "element/wire/link.h"

#include <memory>

namespace signet::element {

inline constexpr Millis bus_poll_interval{2};
inline constexpr Millis bus_lock_wait_max{
    20'000};  // another program's turn ends with the chip's watchdog at the latest
inline constexpr Millis bus_answer_wait_max{5'000};

class UnixLink final : public Link {
 public:
  // Connects at once, so that a wrong path shows here; connects again at a wake when the server was started anew.
  static Result<std::unique_ptr<UnixLink>> open(const std::string& path);

  Status wake() override;
  Result<Buffer> exchange(Bytes command_packet, Millis longest) override;
  Status idle() override { return end_turn(word_address::idle); }
  Status sleep() override { return end_turn(word_address::sleep); }

 private:
  UnixLink(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<std::optional<Buffer>> transact(const BusRequest& request, Millis wait);
  Result<std::optional<Buffer>> transact_connected(const BusRequest& request, Millis wait);
  Result<Buffer> receive(std::size_t size, Millis wait);
  Result<bool> write(Bytes data);
  Result<std::optional<Buffer>> read(std::size_t size);
  Result<bool> wake_at(std::uint8_t address);
  Result<bool> poll_ready(Millis longest);
  Status end_turn(std::uint8_t how);

  std::string path_;
  Fd fd_;
  std::uint8_t address_ = bus_address_blank;  // where the chip answered last
};

}  // namespace signet::element
