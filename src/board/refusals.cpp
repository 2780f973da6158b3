#include "board/refusals.h"

#include "base/log.h"
#include "base/port/arch.h"
#include "board/client/bpf.h"
#include "board/client/confine.h"
#include "board/client/handover.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>

namespace signet::board {
namespace {

struct Call {
  long number;
  const char* name;
};
// socket stands first: its family is looked at.
constexpr std::array asked{Call{SYS_socket, "socket"}, Call{SYS_bind, "bind"},      Call{SYS_listen, "listen"},
                           Call{SYS_accept, "accept"}, Call{SYS_accept4, "accept"}, Call{SYS_connect, "connect"}};

// One byte, and a descriptor along with it.
struct OneByte {
  std::uint8_t byte = 0;
  iovec bytes{&byte, 1};
  Handover handover;
  msghdr message{};
  OneByte() { message.msg_iov = &bytes, message.msg_iovlen = 1; }
  OneByte(const OneByte&) = delete;
  OneByte& operator=(const OneByte&) = delete;
};

bool send_descriptor(int to, int fd) {
  OneByte out;
  out.handover.give(out.message, fd);
  return ::sendmsg(to, &out.message, MSG_NOSIGNAL) == 1;
}

}  // namespace

Status give_up_listening() {
  using namespace bpf;
  sock_filter program[] = {load(offsetof(seccomp_data, arch)),
                           BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audit_arch, 1, 0),
                           give(SECCOMP_RET_KILL_PROCESS),
                           load(offsetof(seccomp_data, nr)),
                           skip_unless(SYS_listen),
                           give(deny),
                           skip_unless(SYS_accept),
                           give(deny),
                           skip_unless(SYS_accept4),
                           give(deny),
                           give(SECCOMP_RET_ALLOW)};
  sock_fprog filter{static_cast<unsigned short>(std::size(program)), program};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return os_error("confine", "the board");
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) != 0) {
    return os_error("confine", "the board");
  }
  return {};
}

// A socket of this machine alone (the name service asks for one) is no door: refused without asking.
bool ask_about_sockets(int board) {
  using namespace bpf;
  std::array<sock_filter, 8 + 2 * asked.size()> program{};
  std::size_t size = 0;
  const auto add = [&](sock_filter instruction) { program[size++] = instruction; };
  add(load(offsetof(seccomp_data, arch)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audit_arch, 1, 0));
  add(give(SECCOMP_RET_KILL_PROCESS));
  add(load(offsetof(seccomp_data, nr)));
  add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4));
  add(load(low_half_of_argument(0)));
  add(skip_unless(AF_UNIX)), add(give(deny));
  add(give(SECCOMP_RET_USER_NOTIF));
  for (std::size_t i = 1; i < asked.size(); ++i) {
    add(skip_unless(static_cast<std::uint32_t>(asked[i].number))), add(give(SECCOMP_RET_USER_NOTIF));
  }
  add(give(SECCOMP_RET_ALLOW));
  sock_fprog filter{static_cast<unsigned short>(size), program.data()};
  const long questions = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter);
  if (questions < 0) return false;
  const bool sent = send_descriptor(board, static_cast<int>(questions));
  ::close(static_cast<int>(questions));  // unsent, the kernel refuses without asking
  return sent;
}

Refusals::Refusals(net::Loop& loop, Fd from, Told told) : loop_(loop), from_(std::move(from)), told_(std::move(told)) {
  const Status watched = loop_.watch(from_.get(), net::Ready::read, [this](net::Ready) { take_over(); });
  if (!watched) from_.close();
}

Refusals::~Refusals() {
  end(from_);
  end(questions_);
}

void Refusals::end(Fd& fd) {
  if (fd) loop_.unwatch(fd.get());
  fd.close();
}

void Refusals::take_over() {
  OneByte in;
  in.handover.take(in.message);
  const ssize_t got = ::recvmsg(from_.get(), &in.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  end(from_);
  const int fd = got == 1 ? Handover::taken(in.message) : -1;
  if (fd < 0)
    return log_info("firmware.refusals_untold", {{"why", "this kernel does not ask a board: Linux 5.0 does"}});
  questions_ = Fd{fd};
  if (!loop_.watch(fd, net::Ready::read, [this](net::Ready) { answer(); })) questions_.close();
}

// Asked for when there is nothing the kernel would make us wait: the end of the firmware is told by poll alone.
void Refusals::answer() {
  pollfd state{questions_.get(), POLLIN, 0};
  if (::poll(&state, 1, 0) < 1) return;
  seccomp_notif question{};
  const bool has_one = (state.revents & POLLIN) != 0;
  if (!has_one) return end(questions_);
  if (::ioctl(questions_.get(), SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) return;  // who asked is gone
  const bool is_probe = static_cast<int>(question.data.args[0]) == -1;
  seccomp_notif_resp no{question.id, 0, is_probe ? -refusal_is_told : -EPERM, 0};
  (void)::ioctl(questions_.get(), SECCOMP_IOCTL_NOTIF_SEND, &no);
  for (std::size_t i = 0; !is_probe && i < asked.size(); ++i) {
    if (asked[i].number != question.data.nr || (known_ & 1u << i) != 0) continue;
    known_ |= 1u << i;
    told_(asked[i].name);
  }
  if (++answered_ == refusals_told_max) end(questions_);
}

}  // namespace signet::board
