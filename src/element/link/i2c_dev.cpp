#include "element/link/i2c_dev.h"

#include "element/link/device_lock.h"

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <cerrno>
#include <filesystem>
#include <memory>

namespace signet::element {
namespace {

constexpr std::size_t wake_zero_bytes = 8;  // 64 bits: 60 us up to 1 MHz, as fast as the chip goes

class Linux final : public I2cKernel {
 public:
  int functions(int fd, unsigned long& out) override { return ::ioctl(fd, I2C_FUNCS, &out) == 0 ? 0 : errno; }
  int transfer(int fd, i2c_msg& message) override {
    i2c_rdwr_ioctl_data one{&message, 1};
    return ::ioctl(fd, I2C_RDWR, &one) >= 0 ? 0 : errno;
  }
};

// Adapters of Linux do not agree how to say "not acknowledged".
bool means_not_acknowledged(int error) { return error == ENXIO || error == EREMOTEIO || error == EIO; }

}  // namespace

I2cKernel& linux_i2c_kernel() {
  static Linux kernel;
  return kernel;
}

Result<std::unique_ptr<I2cBus>> I2cDev::open(const std::string& path, I2cKernel& kernel, Millis lock_wait) {
  Fd fd{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK)};
  if (!fd && errno == ENOENT) {
    return Error{Errc::not_found, "there is no " + path + ": load the kernel's i2c-dev ('modprobe i2c-dev'), and see " +
                                      "'ls /dev/i2c-*' for the buses there are"};
  }
  if (!fd) return os_error("open", path + " (is this user in the group i2c?)");
  unsigned long functions = 0;
  if (kernel.functions(fd.get(), functions) != 0) {
    return Error{Errc::malformed, path + " is no I2C bus: name one, for example i2c:/dev/i2c-1"};
  }
  if ((functions & I2C_FUNC_I2C) == 0) {
    return Error{Errc::malformed, path + " is an SMBus that cannot carry the chip's packets: use a full I2C adapter"};
  }
  const bool ignores_nack = (functions & I2C_FUNC_PROTOCOL_MANGLING) != 0;
  return std::unique_ptr<I2cBus>{new I2cDev{path, std::move(fd), kernel, ignores_nack, lock_wait}};
}

Status I2cDev::take() {
  if (taken_) return {};
  TRY(lock_device(fd_, path_, wait_));
  taken_ = true;
  return {};
}

void I2cDev::release() {
  if (std::exchange(taken_, false)) unlock_device(fd_);
}

Result<bool> I2cDev::transfer(std::uint8_t address, std::uint16_t flags, std::span<std::uint8_t> bytes) {
  i2c_msg message{
      .addr = address, .flags = flags, .len = static_cast<std::uint16_t>(bytes.size()), .buf = bytes.data()};
  const int error = kernel_.transfer(fd_.get(), message);
  if (error == 0) return true;
  if (means_not_acknowledged(error)) return false;
  if (error == ETIMEDOUT) {
    return Error{Errc::unavailable, path_ + " is stuck: a line is held low. Are the pull-ups there, and the power?"};
  }
  errno = error;
  return Error{Errc::unavailable, os_error("use", path_).what};
}

// To address 0, which nobody acknowledges: one byte is the shortest message that all adapters take.
Status I2cDev::wake_pulse() {
  Block<wake_zero_bytes> zeros{};
  const std::span<std::uint8_t> bytes = std::span{zeros}.first(ignores_nack_ ? wake_zero_bytes : 1);
  TRY(transfer(0x00, ignores_nack_ ? I2C_M_IGNORE_NAK : 0, bytes));
  return {};
}

Result<bool> I2cDev::write(std::uint8_t address, Bytes data) {
  Buffer bytes = copy_of(data);
  return transfer(address, 0, bytes);
}

Result<std::optional<Buffer>> I2cDev::read(std::uint8_t address, std::size_t size) {
  Buffer out(size);
  if (!TRY(transfer(address, I2C_M_RD, out))) return std::optional<Buffer>{};
  return std::optional{std::move(out)};
}

std::vector<std::string> i2c_devices(const std::string& folder) {
  std::vector<std::pair<int, std::string>> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{folder, ignored}) {
    const std::string name = entry.path().filename().string();
    const std::string number = name.starts_with("i2c-") ? name.substr(4) : "";
    const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
    if (!number.empty() && number.size() < 6 && digits) found.emplace_back(std::stoi(number), entry.path().string());
  }
  std::ranges::sort(found);
  std::vector<std::string> out;
  for (auto& [number, path] : found) out.push_back(std::move(path));
  return out;
}

}  // namespace signet::element
