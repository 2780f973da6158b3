// handover.h -- private to board/: an open descriptor that goes along with a message of a Unix socket (unix(7),
// SCM_RIGHTS). Without memory of its own beside it, so that it may be used after fork.
#pragma once

#include <sys/socket.h>
#include <cstring>

namespace signet::board {

class Handover {
 public:
  // Before sendmsg: `fd` goes along. The message keeps a pointer into this.
  void give(msghdr& message, int fd) {
    take(message);
    cmsghdr* const with = CMSG_FIRSTHDR(&message);
    with->cmsg_level = SOL_SOCKET;
    with->cmsg_type = SCM_RIGHTS;
    with->cmsg_len = CMSG_LEN(sizeof fd);
    std::memcpy(CMSG_DATA(with), &fd, sizeof fd);
  }
  // Before recvmsg: there is room for one.
  void take(msghdr& message) {
    message.msg_control = control_;
    message.msg_controllen = sizeof control_;
  }
  // After recvmsg: what came, now the caller's to close; -1 for none.
  static int taken(msghdr& message) {
    const cmsghdr* const with = CMSG_FIRSTHDR(&message);
    if (!with || with->cmsg_type != SCM_RIGHTS || with->cmsg_len != CMSG_LEN(sizeof(int))) return -1;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(with), sizeof fd);
    return fd;
  }

 private:
  alignas(cmsghdr) char control_[CMSG_SPACE(sizeof(int))] = {};
};

}  // namespace signet::board
