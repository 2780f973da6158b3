// refusals.h -- a firmware that tries to open a door is refused, and its board hears of it: the kernel asks the board
// (seccomp_unotify(2)), which always says no.
#pragma once

#include "base/port/file.h"
#include "net/loop.h"

#include <functional>

namespace signet::board {

inline constexpr std::size_t refusals_told_max = 64;  // answers to one start; then the kernel refuses without asking

// The board itself: from here on this process and those that it starts get EPERM for listen and accept. Cannot be
// undone. unavailable when the kernel has no seccomp filter.
Status give_up_listening();

// In the child, before it becomes the firmware: calls alone that are safe after fork. Who answers is sent through
// `board`, a Unix socket. False where the kernel does not ask: before Linux 5.0, or when somebody above us is asked
// already. Then confine.h refuses the same calls, without a word.
bool ask_about_sockets(int board);

class Refusals {
 public:
  using Told = std::function<void(const char* call)>;
  // `from`: the other end of `board`. Each call by name, once.
  Refusals(net::Loop& loop, Fd from, Told told);
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;
  ~Refusals();

 private:
  void take_over();
  void answer();
  void end(Fd& fd);

  net::Loop& loop_;
  Fd from_, questions_;
  Told told_;
  std::size_t answered_ = 0;
  unsigned known_ = 0;  // a bit for each call that was told
};

}  // namespace signet::board
