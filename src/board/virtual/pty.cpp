#include "board/virtual/pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include <cerrno>

namespace signet::board {
namespace {

Status make_raw(const Fd& slave) {
  termios mode{};
  if (::tcgetattr(slave.get(), &mode) != 0) return os_error("set up", "the console");
  ::cfmakeraw(&mode);  // no echo, no line editing: bytes as on a wire
  if (::tcsetattr(slave.get(), TCSANOW, &mode) != 0) return os_error("set up", "the console");
  return {};
}

Status link_to(const std::string& target, const std::string& link) {
  const std::string fresh = link + ".new";
  ::unlink(fresh.c_str());
  if (::symlink(target.c_str(), fresh.c_str()) != 0) return os_error("link", fresh);
  if (::rename(fresh.c_str(), link.c_str()) != 0) return os_error("link", link);
  return {};
}

}  // namespace

Result<std::unique_ptr<Pty>> Pty::create(net::Loop& loop, const std::string& folder) {
  Fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  if (!master || ::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0)
    return os_error("open", "a pseudo-terminal");
  char name[128];
  if (::ptsname_r(master.get(), name, sizeof name) != 0) return os_error("name", "the pseudo-terminal");
  Fd slave{::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!slave) return os_error("open", name);
  TRY(make_raw(slave));
  const std::string link = folder + "/console";
  TRY(link_to(name, link));
  std::unique_ptr<Pty> pty{new Pty{loop, std::move(master), std::move(slave), link}};
  Pty* line = pty.get();
  TRY(loop.watch(line->master_.get(), net::Ready::read, [line](net::Ready ready) {
    if (net::includes(ready, net::Ready::write)) line->flush();
    if (!net::includes(ready, net::Ready::read)) return;
    std::uint8_t chunk[4096];
    const ssize_t got = ::read(line->master_.get(), chunk, sizeof chunk);
    if (got > 0) line->take_(Bytes{chunk, static_cast<std::size_t>(got)});
  }));
  return pty;
}

Pty::Pty(net::Loop& loop, Fd master, Fd slave, std::string link)
    : loop_(loop), master_(std::move(master)), slave_(std::move(slave)), link_(std::move(link)) {}

Pty::~Pty() {
  loop_.unwatch(master_.get());
  ::unlink(link_.c_str());
}

void Pty::write(std::string_view whole_lines) {
  unsent_ += whole_lines;
  make_room();
  flush();
}

void Pty::flush() {
  while (!unsent_.empty()) {
    const ssize_t wrote = ::write(master_.get(), unsent_.data(), unsent_.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    mid_line_ = unsent_[static_cast<std::size_t>(wrote) - 1] != '\n';
    unsent_.erase(0, static_cast<std::size_t>(wrote));
  }
  (void)loop_.change(master_.get(), unsent_.empty() ? net::Ready::read : net::Ready::read_write);
}

// Whole lines go, the oldest first; one that is partly out stays.
void Pty::make_room() {
  while (unsent_.size() > unread_bytes_max) {
    const std::size_t keep = mid_line_ ? unsent_.find('\n') + 1 : 0;
    const std::size_t end = unsent_.find('\n', keep);
    if (end == unsent_.npos) return;
    unsent_.erase(keep, end + 1 - keep);
  }
}

}  // namespace signet::board
