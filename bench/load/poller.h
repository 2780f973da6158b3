// poller.h -- epoll for the clients of one thread.
#pragma once

#include "base/clock.h"
#include "base/port/file.h"

#include <sys/epoll.h>

namespace signet::bench {

class Client;

class Poller {
 public:
  Poller();
  void add(int fd, Client& client, bool to_write);
  void change(int fd, Client& client, bool to_write);
  // Lets each client act that has news; waits at most so long for any.
  void turn(std::chrono::nanoseconds wait);

 private:
  void control(int operation, int fd, Client& client, bool to_write);
  Fd epoll_;
};

inline Instant now() { return std::chrono::time_point_cast<Micros>(std::chrono::steady_clock::now()); }

}  // namespace signet::bench
