#include "element/link/serial_port.h"

#include "element/link/device_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>
#include <thread>

namespace signet::element {
namespace {

constexpr speed_t talk_speed = B230400;
constexpr speed_t wake_speed = B115200;  // a zero is 69 us low there
constexpr Millis write_wait_max{2'000};

class TermiosPort final : public SerialPort {
 public:
  TermiosPort(std::string path, Fd fd, termios settings, Millis lock_wait)
      : path_(std::move(path)), fd_(std::move(fd)), settings_(settings), lock_wait_(lock_wait) {}

  Status take() override {
    if (taken_) return {};
    TRY(lock_device(fd_, path_, lock_wait_));
    taken_ = true;
    return {};
  }
  void release() override {
    if (std::exchange(taken_, false)) unlock_device(fd_);
  }
  Status wake_pulse() override {
    TRY(set_speed(wake_speed));
    TRY(write(Block<1>{swi::wake}));
    if (::tcdrain(fd_.get()) != 0) return os_error("send to", path_);
    TRY(set_speed(talk_speed));
    std::this_thread::sleep_for(wake_high_min);
    if (::tcflush(fd_.get(), TCIFLUSH) != 0) return os_error("empty", path_);
    return {};
  }
  Status write(Bytes characters) override {
    while (!characters.empty()) {
      const ssize_t sent = ::write(fd_.get(), characters.data(), characters.size());
      if (sent > 0) {
        characters = characters.subspan(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return Error{Errc::unavailable, os_error("send to", path_).what};
      pollfd ready{fd_.get(), POLLOUT, 0};
      if (::poll(&ready, 1, static_cast<int>(write_wait_max.count())) == 0) {
        return Error{Errc::unavailable, path_ + " takes nothing: is the adapter still there?"};
      }
    }
    return {};
  }
  Result<Buffer> read(std::size_t size, Millis wait) override {
    Buffer out(size);
    pollfd ready{fd_.get(), POLLIN, 0};
    if (const int count = ::poll(&ready, 1, static_cast<int>(wait.count())); count == 0) return Buffer{};
    const ssize_t got = ::read(fd_.get(), out.data(), out.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Buffer{};
    if (got <= 0) return Error{Errc::unavailable, path_ + " went away: is the adapter plugged in?"};
    out.resize(static_cast<std::size_t>(got));
    return out;
  }
  std::string name() const override { return path_; }

 private:
  Status set_speed(speed_t speed) {
    ::cfsetispeed(&settings_, speed);
    ::cfsetospeed(&settings_, speed);
    if (::tcsetattr(fd_.get(), TCSANOW, &settings_) != 0) return os_error("set up", path_);
    return {};
  }

  std::string path_;
  Fd fd_;
  termios settings_;
  Millis lock_wait_;
  bool taken_ = false;
};

}  // namespace

Result<std::unique_ptr<SerialPort>> open_serial_port(const std::string& path, Millis lock_wait) {
  Fd fd{::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
  if (!fd) return os_error("open the single wire", path);
  termios settings{};
  if (::tcgetattr(fd.get(), &settings) != 0) {
    return Error{Errc::malformed, path + " is no serial line: name the adapter, for example serial:/dev/ttyUSB0"};
  }
  ::cfmakeraw(&settings);
  settings.c_cflag &= ~static_cast<tcflag_t>(CSIZE | CSTOPB | PARENB | CRTSCTS);
  settings.c_cflag |= static_cast<tcflag_t>(CS7 | CLOCAL | CREAD);
  ::cfsetispeed(&settings, talk_speed);
  ::cfsetospeed(&settings, talk_speed);
  // A pseudo-terminal has no line and always says eight bits, which glibc calls a failure: what it made of it counts.
  if (::tcsetattr(fd.get(), TCSANOW, &settings) != 0 && errno != EINVAL) return os_error("set up", path);
  if (::tcgetattr(fd.get(), &settings) != 0) return os_error("set up", path);
  if ((settings.c_lflag & static_cast<tcflag_t>(ICANON | ECHO)) != 0 || ::cfgetospeed(&settings) != talk_speed) {
    return Error{Errc::malformed, path + " cannot do 230400 baud: use another adapter"};
  }
  return std::unique_ptr<SerialPort>{new TermiosPort{path, std::move(fd), settings, lock_wait}};
}

}  // namespace signet::element
