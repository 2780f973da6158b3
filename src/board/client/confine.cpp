#include "board/client/confine.h"

#include "base/port/arch.h"
#include "base/port/file.h"
#include "board/client/bpf.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>

namespace signet::board {
namespace {

using namespace bpf;

constexpr int call_fchmodat2 = 452;  // Linux 6.6; unknown to older headers
constexpr std::array doors{SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4};
constexpr std::array denied{SYS_sendmsg,  // may name another peer than the one that the board connected to
                            SYS_sendmmsg,
                            SYS_execve,
                            SYS_execveat,
                            SYS_ptrace,
                            SYS_kill,
                            SYS_tkill,
                            SYS_tgkill,
                            SYS_rt_sigqueueinfo,
                            SYS_rt_tgsigqueueinfo,
                            SYS_pidfd_open,
                            SYS_pidfd_send_signal,
                            SYS_process_vm_readv,
                            SYS_process_vm_writev,
                            SYS_pidfd_getfd,
                            SYS_io_uring_setup,
                            SYS_truncate,  // these need no open file: Landlock, or its first versions, do not see them
                            SYS_fchmodat,
                            call_fchmodat2,
                            SYS_fchownat,
                            SYS_setxattr,
                            SYS_lsetxattr,
                            SYS_removexattr,
                            SYS_lremovexattr};

constexpr std::uint32_t other_numbering = 0x40000000;  // x32: the same calls, under numbers that `denied` does not name

// The refusal of a filter would take precedence over the board's answer, and the board would not hear of it.
bool board_is_told() { return ::bind(-1, nullptr, 0) != 0 && errno == refusal_is_told; }

}  // namespace

Status confine_process(MayStart what) {
  std::array<sock_filter, 29 + 2 * (doors.size() + denied.size() + extra_calls.size())> program{};
  std::size_t size = 0;
  const auto add = [&](sock_filter instruction) { program[size++] = instruction; };
  add(load(offsetof(seccomp_data, arch)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audit_arch, 1, 0));
  add(give(SECCOMP_RET_KILL_PROCESS));  // another architecture's numbers mean other calls
  add(load(offsetof(seccomp_data, nr)));
  add(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, other_numbering, 0, 1));
  add(give(deny));
  if (what == MayStart::image) {
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 6));
    add(load(low_half_of_argument(0)));
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, firmware_image_fd, 0, 3));
    add(load(low_half_of_argument(4)));
    add(skip_unless(AT_EMPTY_PATH));
    add(give(SECCOMP_RET_ALLOW));
    add(give(deny));
  }
  if (!board_is_told()) {
    for (const long call : doors) add(skip_unless(static_cast<std::uint32_t>(call))), add(give(deny));
  }
  for (const long call : denied) add(skip_unless(static_cast<std::uint32_t>(call))), add(give(deny));
  for (const long call : extra_calls) add(skip_unless(static_cast<std::uint32_t>(call))), add(give(deny));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendto, 0, 6));  // send() is sendto() to nobody: that is allowed
  add(load(low_half_of_argument(4)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2));
  add(load(low_half_of_argument(4) + 4));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
  add(give(deny));
  add(give(SECCOMP_RET_ALLOW));
  add(skip_unless(SYS_clone3));  // its flags lie in memory: glibc falls back to clone
  add(give(SECCOMP_RET_ERRNO | ENOSYS));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 1, 0));
  add(give(SECCOMP_RET_ALLOW));
  add(load(low_half_of_argument(0)));
  add(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0));
  add(give(deny));
  add(give(SECCOMP_RET_ALLOW));

  sock_fprog filter{static_cast<unsigned short>(size), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return os_error("confine", "the firmware");
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
    return os_error("confine", "the firmware");
  }
  return {};
}

}  // namespace signet::board
