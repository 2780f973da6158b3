#include "cli/console_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <optional>

namespace signet::cli {
namespace {

Result<speed_t> speed_of(unsigned baud) {
  switch (baud) {
    case 9600: return B9600;
    case 19200: return B19200;
    case 38400: return B38400;
    case 57600: return B57600;
    case 115200: return B115200;
    case 230400: return B230400;
    case 460800: return B460800;
    case 921600: return B921600;
    default:
      return Error{Errc::malformed, std::to_string(baud) +
                                        " is no serial speed; expected one of 9600, 19200, 38400, "
                                        "57600, 115200, 230400, 460800, 921600"};
  }
}

Instant now() { return SystemClock{}.monotonic(); }

// Raw, 8n1, no flow control, no modem lines: the bytes as they are.
Status make_raw(int fd, const std::string& path, speed_t speed) {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) {
    return Error{Errc::malformed, path + " is no serial line: name the board's port, for example /dev/ttyUSB0"};
  }
  ::cfmakeraw(&settings);
  settings.c_cflag |= static_cast<tcflag_t>(CLOCAL | CREAD);
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  ::cfsetispeed(&settings, speed);
  ::cfsetospeed(&settings, speed);
  if (::tcsetattr(fd, TCSANOW, &settings) != 0) return os_error("set up", path);
  return {};
}

// False when the deadline passed.
Result<bool> wait_for(int fd, short events, Instant deadline) {
  const auto left = std::chrono::ceil<Millis>(deadline - now()).count();
  if (left <= 0) return false;
  pollfd item{fd, events, 0};
  const int ready = ::poll(&item, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
  if (ready < 0 && errno != EINTR) return os_error("wait for", "the board");
  return true;  // or an early wake, which the caller's loop takes well
}

}  // namespace

Result<ConsoleClient> ConsoleClient::open(const std::string& path, unsigned baud) {
  const speed_t speed = TRY(speed_of(baud));
  Fd fd{::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
  if (!fd) return os_error("open the board's console", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::conflict, path + " is in use by another tool: close it and try again"};
  }
  TRY(make_raw(fd.get(), path, speed));
  return ConsoleClient{std::move(fd), path};
}

Status ConsoleClient::write_all(std::string_view text, Instant deadline) {
  while (!text.empty()) {
    if (!TRY(wait_for(fd_.get(), POLLOUT, deadline))) return Error{Errc::unavailable, path_ + " takes no bytes"};
    const ssize_t wrote = ::write(fd_.get(), text.data(), text.size());
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) return os_error("write to", path_);
    if (wrote > 0) text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<json::object> ConsoleClient::ask(std::string_view verb, const json::object& arguments, Millis timeout) {
  const Instant deadline = now() + timeout;
  const std::int64_t id = ++last_id_;
  const std::string request = TRY(encode_request(id, verb, arguments));
  // The line end before it finishes whatever half line an earlier tool may have left.
  TRY(write_all("\n" + request, deadline));
  std::optional<Result<json::object>> outcome;
  const auto on_line = [&](std::string_view line) {
    Result<Answer> answer = decode_answer(line);
    if (answer && answer.value().id == id && !outcome) outcome = std::move(answer).value().outcome;
  };
  while (!outcome) {
    if (!TRY(wait_for(fd_.get(), POLLIN, deadline))) {
      return Error{Errc::unavailable, path_ + " gave no answer to " + std::string{verb} +
                                          ": is the board powered on, and is this its console?"};
    }
    std::uint8_t bytes[1024];
    const ssize_t got = ::read(fd_.get(), bytes, sizeof bytes);
    if (got == 0) return Error{Errc::unavailable, path_ + " was closed: is the board still connected?"};
    if (got < 0 && errno == EIO) return Error{Errc::unavailable, path_ + " was closed: is the board still connected?"};
    if (got < 0 && errno != EAGAIN && errno != EINTR) return os_error("read", path_);
    if (got > 0) reader_.feed({bytes, static_cast<std::size_t>(got)}, on_line);
  }
  return std::move(*outcome);
}

}  // namespace signet::cli
