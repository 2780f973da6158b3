#include "element/link/swi_server.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>

namespace signet::element {
namespace {

// Characters as they are: no echo, no lines, no signals.
Status make_raw(int fd, const std::string& path) {
  termios mode{};
  if (::tcgetattr(fd, &mode) != 0) return os_error("read the mode of", path);
  ::cfmakeraw(&mode);
  if (::tcsetattr(fd, TCSANOW, &mode) != 0) return os_error("set the mode of", path);
  return {};
}

}  // namespace

Result<SwiServer> SwiServer::create(BusDevice& device, Clock& clock) {
  Fd wire{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!wire || ::grantpt(wire.get()) != 0 || ::unlockpt(wire.get()) != 0) return os_error("make", "a pseudo-terminal");
  char name[64];
  if (::ptsname_r(wire.get(), name, sizeof name) != 0) return os_error("name", "a pseudo-terminal");
  std::string path = name;
  Fd host_end{::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!host_end) return os_error("open", path);
  TRY(make_raw(host_end.get(), path));
  return SwiServer{std::move(wire), std::move(host_end), std::move(path), device, clock};
}

// A wire stores nothing: what a host does not read in time is lost to it.
Status SwiServer::hear() {
  std::uint8_t characters[swi_input_max];
  const ssize_t got = ::read(wire_.get(), characters, sizeof characters);
  if (got < 0 && errno != EAGAIN && errno != EINTR) return os_error("read from", path_);
  if (got <= 0) return {};
  const Buffer said = machine_.on_characters({characters, static_cast<std::size_t>(got)}, clock_.monotonic());
  if (said.empty()) return {};
  const ssize_t wrote = ::write(wire_.get(), said.data(), said.size());
  if (wrote < 0 && errno != EAGAIN && errno != EINTR) return os_error("write to", path_);
  return {};
}

Status SwiServer::run(int stop_fd) {
  for (;;) {
    pollfd watched[] = {{stop_fd, POLLIN, 0}, {wire_.get(), POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) return os_error("wait on", path_);
    if (watched[0].revents != 0) return {};
    if (watched[1].revents != 0) TRY(hear());
  }
}

}  // namespace signet::element
