#include "base/port/process.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <csignal>

namespace signet {

void harden_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
}

unsigned usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return std::max(1u, static_cast<unsigned>(CPU_COUNT(&cores)));
}

std::uint64_t raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = std::exchange(limit.rlim_cur, limit.rlim_max);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

Result<Fd> open_stop_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  if (::pthread_sigmask(SIG_BLOCK, &stops, nullptr) != 0) return os_error("block", "stop signals");
  Fd fd{::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return os_error("open", "stop signals");
  return fd;
}

}  // namespace signet
