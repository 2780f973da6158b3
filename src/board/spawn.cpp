#include "board/spawn.h"

#include "board/client/confine.h"
#include "board/firmware.h"
#include "board/native.h"
#include "board/refusals.h"

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

// What the child gets of the board's.
struct Ends {
  int null, text, socket, image;  // image: -1 for none
  int refusals;                   // not for the firmware
};

// Each to its place. First out of the way, so that none of the places overwrites one still needed.
bool place(Ends ends) {
  constexpr int above = firmware_image_fd + 1;
  for (int* fd : {&ends.null, &ends.text, &ends.socket, &ends.image}) {
    if (*fd >= 0) *fd = ::fcntl(*fd, F_DUPFD, above);
  }
  bool ok = ::dup2(ends.null, 0) == 0 && ::dup2(ends.text, 1) == 1 && ::dup2(ends.text, 2) == 2 &&
            ::dup2(ends.socket, firmware_fd) == firmware_fd;
  if (ends.image >= 0) ok = ok && ::dup3(ends.image, firmware_image_fd, O_CLOEXEC) == firmware_image_fd;
  const int kept = ends.image >= 0 ? firmware_image_fd : firmware_fd;
  ok = ok && ::close_range(static_cast<unsigned>(kept) + 1, ~0u, 0) == 0;
  return ok && (kept == firmware_fd || ::close_range(firmware_fd + 1, firmware_image_fd - 1, 0) == 0);
}

// Runs in the child between fork and exec: only calls that are safe there. Never returns.
[[noreturn]] void become(char* const* argv, const std::string& folder, const Reach& reach, int parent,
                         const Ends& ends) {
  char* const environment[] = {const_cast<char*>("PATH=/usr/bin:/bin"), const_cast<char*>("LANG=C.UTF-8"), nullptr};
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::setsid();  // no terminal: its Ctrl-C is the board's
  bool ok = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
  ok = ok && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (ok) (void)ask_about_sockets(ends.refusals);
  ok = ok && place(ends);
  ok = ok && limit(RLIMIT_CORE, 0) && limit(RLIMIT_AS, firmware_memory_bytes_max);
  ok = ok && limit(RLIMIT_FSIZE, firmware_file_bytes_max) && limit(RLIMIT_NOFILE, firmware_descriptors_max);
  ok = ok && ::chdir(folder.c_str()) == 0;
  ::umask(077);
  if (ok && ends.image < 0) ::execve(argv[0], argv, environment);
  if (ok && ends.image >= 0) {
    const Error error = become_native(reach, environment);
    (void)::dprintf(STDERR_FILENO, "%s\n", error.what.c_str());
  }
  ::_exit(127);
}

Status set_nonblocking(const Fd& fd) {
  if (::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0) return os_error("set up", "the firmware's pipe");
  return {};
}

}  // namespace

Result<Child> spawn_confined(const std::vector<std::string>& command, const std::string& folder, const Fd& executable) {
  ENSURE(executable || !command.empty());
  TRY(make_folder(folder, 0700));
  const Fd null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  int pipe[2];
  if (!null || ::pipe2(pipe, O_CLOEXEC) != 0) return os_error("open", "a pipe for the firmware");
  Fd text{pipe[0]}, their_text{pipe[1]};
  int pair[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return os_error("open", "a socketpair");
  Fd socket{pair[0]}, their_socket{pair[1]};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return os_error("open", "a socketpair");
  Fd refusals{pair[0]}, their_refusals{pair[1]};
  TRY(set_nonblocking(text));
  TRY(set_nonblocking(socket));

  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const Reach reach = reach_of_native(folder);
  const int parent = ::getpid();
  const int pid = ::fork();
  if (pid < 0) return os_error("start", "the firmware");
  if (pid == 0)
    become(argv.data(), folder, reach, parent,
           {null.get(), their_text.get(), their_socket.get(), executable.get(), their_refusals.get()});
  Fd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};  // glibc 2.36's header lacks C linkage
  if (!process) {
    const Error error = os_error("watch", "the firmware");
    ::kill(pid, SIGKILL);
    (void)reap(pid);
    return error;
  }
  return Child{pid, std::move(process), std::move(text), std::move(socket), std::move(refusals)};
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
