// silence.h -- a terminal that shows nothing of what is typed, for passwords.
#pragma once

#include "base/result.h"

#include <termios.h>

namespace signet {

// From on() to the end of its life the terminal does not echo; what was typed before is thrown away. Write the question
// once it is silent: an answer that comes before would be shown, and be lost.
class Silence {
 public:
  // unavailable when `fd` is no terminal, or does not obey.
  static Result<Silence> on(int fd);
  Silence(Silence&& other) noexcept;
  Silence& operator=(Silence&&) = delete;
  ~Silence();

 private:
  Silence(int fd, const termios& before) : fd_(fd), before_(before) {}
  int fd_ = -1;
  termios before_;
};

}  // namespace signet
