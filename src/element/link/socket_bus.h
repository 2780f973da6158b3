// socket_bus.h -- an I2C bus on a stream socket: the client of element/wire/bus.h, over a unix socket or TCP.
#pragma once

#include "base/port/file.h"
#include "element/link/i2c_bus.h"
#include "element/wire/bus.h"

#include <functional>

namespace signet::element {

inline constexpr Millis bus_answer_wait_max{5'000};  // for a whole answer, however slowly it drips

// HOST:PORT or [ADDRESS]:PORT of a tcp link.
struct TcpPlace {
  std::string host;
  std::string port;
};
Result<TcpPlace> parse_tcp_place(std::string_view text);

class SocketBus final : public I2cBus {
 public:
  using Connect = std::function<Result<Fd>()>;
  // Connect at once, so that a wrong name shows here; and again at a take() when the server was started anew.
  static Result<std::unique_ptr<I2cBus>> open_unix(const std::string& path, Millis answer_wait = bus_answer_wait_max);
  static Result<std::unique_ptr<I2cBus>> open_tcp(const TcpPlace& place);

  Status take() override;
  void release() override {}  // the server frees the bus when the chip is idle or asleep
  Status wake_pulse() override;
  Result<bool> write(std::uint8_t address, Bytes data) override;
  Result<std::optional<Buffer>> read(std::uint8_t address, std::size_t size) override;
  Micros settle_time() const override { return Micros{0}; }  // the server's own answer says when
  std::string name() const override { return name_; }

 private:
  SocketBus(std::string name, Connect connect, Fd fd, Millis answer_wait)
      : name_(std::move(name)), connect_(std::move(connect)), fd_(std::move(fd)), answer_wait_(answer_wait) {}
  static Result<std::unique_ptr<I2cBus>> open(std::string name, Connect connect, Millis answer_wait);
  Error gone() const;
  Result<std::optional<Buffer>> transact(const BusRequest& request, Millis wait);
  Result<std::optional<Buffer>> transact_connected(const BusRequest& request, Millis wait);
  Result<Buffer> receive(std::size_t size, Millis wait);

  std::string name_;
  Connect connect_;
  Fd fd_;
  Millis answer_wait_;
};

}  // namespace signet::element
