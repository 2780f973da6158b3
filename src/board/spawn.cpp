#include "board/spawn.h"

#include "board/firmware.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace signet::board {
namespace {

bool limit(__rlimit_resource what, rlim_t to) {
  const rlimit both{to, to};
  return ::setrlimit(what, &both) == 0;
}

// Runs in the child between fork and exec: only calls that are safe there. Never returns.
[[noreturn]] void become(char* const* argv, const char* folder, int parent, int null, int text, int socket) {
  char* const environment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LANG=C.UTF-8"), nullptr};
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setsid();  // no terminal: its Ctrl-C is the board's
  bool ok = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
  ok = ok && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  ok = ok && limit(RLIMIT_CORE, 0) && limit(RLIMIT_AS, firmware_memory_bytes_max);
  ok = ok && limit(RLIMIT_FSIZE, firmware_file_bytes_max) && limit(RLIMIT_NOFILE, firmware_descriptors_max);
  // First out of the way, so that none of the four places below overwrites one still needed.
  null = ::fcntl(null, F_DUPFD, 10);
  text = ::fcntl(text, F_DUPFD, 10);
  socket = ::fcntl(socket, F_DUPFD, 10);
  ok = ok && ::dup2(null, 0) == 0 && ::dup2(text, 1) == 1 && ::dup2(text, 2) == 2 &&
       ::dup2(socket, firmware_fd) == firmware_fd;
  ok = ok && ::close_range(firmware_fd + 1, ~0u, 0) == 0 && ::chdir(folder) == 0;
  ::umask(077);
  if (ok) ::execve(argv[0], argv, environment);
  ::_exit(127);
}

Status set_nonblocking(const Fd& fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) return os_error("set up", "the firmware's pipe");
  return {};
}

}  // namespace

Result<Child> spawn_confined(const std::vector<std::string>& command, const std::string& folder) {
  ENSURE(!command.empty());
  TRY(make_folder(folder, 0700));
  const Fd null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  int pipe[2];
  if (!null || ::pipe2(pipe, O_CLOEXEC) != 0) return os_error("open", "a pipe for the firmware");
  Fd text{pipe[0]}, their_text{pipe[1]};
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return os_error("open", "a socketpair");
  Fd socket{pair[0]}, their_socket{pair[1]};
  TRY(set_nonblocking(text));
  TRY(set_nonblocking(socket));

  std::vector<char*> argv;
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) return os_error("start", command[0]);
  if (pid == 0) become(argv.data(), folder.c_str(), parent, null.get(), their_text.get(), their_socket.get());
  Fd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};  // glibc 2.36's header lacks C linkage
  if (!process) {
    const Error error = os_error("watch", command[0]);
    ::kill(pid, SIGKILL);
    (void)reap(pid);
    return error;
  }
  return Child{pid, std::move(process), std::move(text), std::move(socket)};
}

Ending reap(int pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return {false, "by signal " + std::to_string(number) + " (" + ::strsignal(number) + ")"};
  }
  const int code = WEXITSTATUS(status);
  return {code == 0, "with code " + std::to_string(code)};
}

}  // namespace signet::board
