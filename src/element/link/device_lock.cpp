#include "element/link/device_lock.h"

#include <sys/file.h>
#include <cerrno>
#include <thread>

namespace signet::element {
namespace {

constexpr Millis lock_poll_interval{2};

}  // namespace

// flock has no time limit of its own, and a signal that ended its wait would be the whole program's.
Status lock_device(const Fd& fd, const std::string& path, Millis longest) {
  for (auto polls = longest / lock_poll_interval;; --polls) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK && errno != EINTR) return os_error("lock", path);
    if (polls <= 0) {
      return Error{Errc::unavailable, path + " is held by another program for more than " +
                                          std::to_string(longest.count()) + " ms: end it ('fuser " + path +
                                          "' names it)"};
    }
    std::this_thread::sleep_for(lock_poll_interval);
  }
}

void unlock_device(const Fd& fd) { ::flock(fd.get(), LOCK_UN); }

}  // namespace signet::element
