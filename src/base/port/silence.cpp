#include "base/port/silence.h"

#include <utility>

#include "base/port/file.h"

namespace signet {

Result<Silence> Silence::on(int fd) {
  termios before{};
  if (::tcgetattr(fd, &before) != 0) return Error{Errc::unavailable, "there is no terminal"};
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (::tcsetattr(fd, TCSAFLUSH, &silent) != 0)
    return Error{Errc::unavailable, os_error("silence", "the terminal").what};
  return Silence{fd, before};
}

Silence::Silence(Silence&& other) noexcept : fd_(std::exchange(other.fd_, -1)), before_(other.before_) {}

Silence::~Silence() {
  if (fd_ >= 0) ::tcsetattr(fd_, TCSADRAIN, &before_);
}

}  // namespace signet
