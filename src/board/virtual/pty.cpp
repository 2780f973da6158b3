#include "board/virtual/pty.h"

#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

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
  std::unique_ptr<Pty> pty{new Pty{loop, std::move(slave), link}};
  TRY(pty->line_.open(std::move(master)));
  return pty;
}

Pty::Pty(net::Loop& loop, Fd slave, std::string link)
    : slave_(std::move(slave)), link_(std::move(link)), line_(loop, [link = link_] {
        log_error("console.lost", {{"console", link}});
      }) {}

Pty::~Pty() { ::unlink(link_.c_str()); }

}  // namespace signet::board
