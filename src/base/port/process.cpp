#include "base/port/process.h"

#include <malloc.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <initializer_list>

namespace signet {

void harden_process() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
}

void return_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);  // others give it back by themselves
#endif
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

namespace {

Result<Fd> open_signals(std::initializer_list<int> which, const char* what) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : which) sigaddset(&set, signal);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) return os_error("block", what);
  Fd fd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return os_error("open", what);
  return fd;
}

}  // namespace

Result<Fd> open_stop_signals() { return open_signals({SIGINT, SIGTERM}, "stop signals"); }
Result<Fd> open_reload_signal() { return open_signals({SIGHUP}, "reload signal"); }

bool take_reload_signal(const Fd& reload) {
  signalfd_siginfo info;
  return ::read(reload.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info);
}

}  // namespace signet
