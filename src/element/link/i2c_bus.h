// i2c_bus.h -- the port between the chip's bus protocol and whatever carries its transactions: Linux i2c-dev, a socket
// with the same framing, a fake. One call is one transaction, START to STOP. Addresses are 7-bit.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <memory>
#include <optional>

namespace signet::element {

inline constexpr Micros wake_high_min{1500};
inline constexpr Millis bus_lock_wait_max{
    20'000};  // another program's turn ends with the chip's watchdog at the latest

struct I2cBus {
  virtual ~I2cBus() = default;

  // From take() to release() no other program that asks like this one has the bus. Taking twice is taking once.
  // unavailable: nobody is there, or another program kept it for bus_lock_wait_max.
  virtual Status take() = 0;
  virtual void release() = 0;

  // SDA low for at least 60 us. Nobody acknowledges it.
  virtual Status wake_pulse() = 0;
  // Whether the address was acknowledged. An error: the bus itself failed.
  virtual Result<bool> write(std::uint8_t address, Bytes data) = 0;
  // Exactly `size` bytes, or nothing when the address was not acknowledged.
  virtual Result<std::optional<Buffer>> read(std::uint8_t address, std::size_t size) = 0;

  // tWHI: how long after the pulse a chip says nothing. A bus without a wire may know better.
  virtual Micros settle_time() const { return wake_high_min; }
  virtual void wait(Micros time);        // sleeps; a fake moves its clock
  virtual std::string name() const = 0;  // "/dev/i2c-1"
  // What a person can do when nobody answers: "" or ": run '...'".
  virtual std::string advice() const { return ""; }
};

// "0x60"
std::string address_text(std::uint8_t address);

}  // namespace signet::element
