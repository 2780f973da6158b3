// i2c_dev.h -- an I2C bus of Linux, /dev/i2c-N.
//
// i2c-dev cannot change a bus's clock, and the chip wakes only when SDA is low for 60 us: one zero byte at 100 kHz. On
// a faster bus several zero bytes must follow each other, which needs an adapter that goes on after "not acknowledged"
// (I2C_FUNC_PROTOCOL_MANGLING); without it the pulse is the address 0 alone, long enough up to 133 kHz.
#pragma once

#include "base/port/file.h"
#include "element/link/i2c_bus.h"

struct i2c_msg;

namespace signet::element {

// The kernel's two calls, so that a test can be the kernel. Each returns 0 or an errno.
struct I2cKernel {
  virtual ~I2cKernel() = default;
  virtual int functions(int fd, unsigned long& out) = 0;  // I2C_FUNCS
  virtual int transfer(int fd, i2c_msg& message) = 0;     // I2C_RDWR of one message
};
I2cKernel& linux_i2c_kernel();

class I2cDev final : public I2cBus {
 public:
  // not_found or forbidden with the next step; malformed when the path is no I2C bus.
  static Result<std::unique_ptr<I2cBus>> open(const std::string& path, I2cKernel& kernel = linux_i2c_kernel(),
                                              Millis lock_wait = bus_lock_wait_max);

  Status take() override;
  void release() override;
  Status wake_pulse() override;
  Result<bool> write(std::uint8_t address, Bytes data) override;
  Result<std::optional<Buffer>> read(std::uint8_t address, std::size_t size) override;
  std::string name() const override { return path_; }
  std::string advice() const override { return ": 'signet element probe i2c:" + path_ + "' says what is there"; }

 private:
  I2cDev(std::string path, Fd fd, I2cKernel& kernel, bool ignores_nack, Millis lock_wait)
      : path_(std::move(path)), fd_(std::move(fd)), kernel_(kernel), ignores_nack_(ignores_nack), wait_(lock_wait) {}
  Result<bool> transfer(std::uint8_t address, std::uint16_t flags, std::span<std::uint8_t> bytes);

  std::string path_;
  Fd fd_;
  I2cKernel& kernel_;
  bool ignores_nack_;
  Millis wait_;
  bool taken_ = false;
};

// "/dev/i2c-0", ... as the system has them now, by number.
std::vector<std::string> i2c_devices(const std::string& folder = "/dev");

}  // namespace signet::element
