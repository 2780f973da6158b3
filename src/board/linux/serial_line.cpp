#include "board/linux/serial_line.h"

#include "base/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace signet::board {
namespace {

constexpr std::array<std::pair<std::uint32_t, speed_t>, 8> speeds{{{9'600, B9600},
                                                                   {19'200, B19200},
                                                                   {38'400, B38400},
                                                                   {57'600, B57600},
                                                                   {115'200, B115200},
                                                                   {230'400, B230400},
                                                                   {460'800, B460800},
                                                                   {921'600, B921600}}};

std::optional<speed_t> speed_of(std::uint32_t baud) {
  const auto* const found =
      std::find_if(speeds.begin(), speeds.end(), [baud](const auto& speed) { return speed.first == baud; });
  if (found == speeds.end()) return std::nullopt;
  return found->second;
}

Status set_up(const Fd& line, const SerialName& name) {
  termios mode{};
  if (::tcgetattr(line.get(), &mode) != 0) {
    return Error{Errc::malformed, name.device + " is no serial line: a console is named so: serial:/dev/ttyAMA0"};
  }
  ::cfmakeraw(&mode);  // 8 bits, no parity, no echo, no line editing
  mode.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  mode.c_cflag |= CLOCAL | CREAD;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  const speed_t speed = speed_of(name.baud).value_or(B115200);
  if (::cfsetispeed(&mode, speed) != 0 || ::cfsetospeed(&mode, speed) != 0 ||
      ::tcsetattr(line.get(), TCSANOW, &mode) != 0) {
    return os_error("set up", name.device);
  }
  return {};
}

Error in_use(const std::string& device) {
  return {Errc::conflict, "another program has " + device +
                              ": a login prompt ends with systemctl disable --now serial-getty@" +
                              device.substr(device.rfind('/') + 1)};
}

Error with_next_step(const std::string& device) {
  const int number = errno;
  Error error = os_error("open", device);
  if (number == EACCES) error.what += "; add the board's user to the group of the device: usermod -aG dialout USER";
  if (number == ENOENT) error.what += "; ls /dev/tty* /dev/serial/by-id shows the lines of this computer";
  if (number == EBUSY) return in_use(device);
  return error;
}

}  // namespace

Result<SerialName> parse_serial_name(std::string_view name) {
  SerialName out;
  const auto colon = name.rfind(':');
  const std::string_view after = colon == name.npos ? std::string_view{} : name.substr(colon + 1);
  const bool has_baud = !after.empty() && after.find_first_not_of("0123456789") == after.npos;
  if (has_baud) {
    const auto [end, wrong] = std::from_chars(after.data(), after.data() + after.size(), out.baud);
    if (wrong != std::errc{} || !speed_of(out.baud)) {
      return Error{Errc::malformed,
                   "a serial line has 9600, 19200, 38400, 57600, 115200, 230400, 460800 or 921600 baud"};
    }
  }
  out.device = has_baud ? name.substr(0, colon) : name;
  if (!out.device.starts_with('/')) {
    return Error{Errc::malformed, "a serial line is named so: serial:/dev/ttyAMA0 or serial:/dev/ttyAMA0:115200"};
  }
  return out;
}

Result<std::unique_ptr<SerialLine>> SerialLine::create(net::Loop& loop, SerialName name) {
  std::unique_ptr<SerialLine> line{new SerialLine{loop, std::move(name)}};
  TRY(line->open());
  return line;
}

SerialLine::SerialLine(net::Loop& loop, SerialName name)
    : loop_(loop), name_(std::move(name)), line_(loop, [this] {
        log_warn("console.lost", {{"console", name_.device}});
        look_for_it();
      }) {}

SerialLine::~SerialLine() {
  if (timer_) loop_.cancel(*timer_);
}

Status SerialLine::open() {
  Fd line{::open(name_.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
  if (!line) return with_next_step(name_.device);
  // Freed however we end, unlike TIOCEXCL: tools that dial and other boards ask for the same lock.
  if (::flock(line.get(), LOCK_EX | LOCK_NB) != 0) return in_use(name_.device);
  TRY(set_up(line, name_));
  return line_.open(std::move(line));
}

void SerialLine::look_for_it() {
  timer_ = loop_.after(serial_line_looked_for_every, [this] {
    timer_.reset();
    if (!open()) return look_for_it();
    log_info("console.back", {{"console", name_.device}});
  });
}

}  // namespace signet::board
