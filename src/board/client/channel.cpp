#include "board/client/channel.h"

#include "board/client/handover.h"

#include <sys/socket.h>
#include <cerrno>
#include <cstring>

namespace signet::board {

Result<std::string> Channel::call(std::string_view request) {
  Answer answer = TRY(ask(request));
  return std::move(answer.frame.body);
}

Result<Fd> Channel::call_for_descriptor(std::string_view request) {
  Answer answer = TRY(ask(request));
  if (answer.frame.kind != FrameKind::handover) return Error{Errc::malformed, "the board handed nothing over"};
  if (!answer.handed) return Error{Errc::exhausted, "this program has too many files and connections open: close some"};
  return std::move(answer.handed);
}

Result<Channel::Answer> Channel::ask(std::string_view request) {
  std::uint32_t id = 0;
  {
    const std::lock_guard hold{mutex_};
    if (broken_) return *broken_;
    id = ++last_id_;
  }
  const Buffer bytes = TRY(encode(Frame{FrameKind::request, id, std::string{request}}));
  {
    const std::lock_guard hold{write_mutex_};
    TRY(write_all(bytes));
  }
  Answer answer = TRY(wait_for(id));
  if (answer.frame.kind == FrameKind::refusal) return error_of_refusal(answer.frame.body);
  return answer;
}

// One of the waiting threads reads for all; the others sleep until it has found something.
Result<Channel::Answer> Channel::wait_for(std::uint32_t id) {
  std::unique_lock hold{mutex_};
  for (;;) {
    if (const auto found = answers_.find(id); found != answers_.end()) {
      Answer answer = std::move(found->second);
      answers_.erase(found);
      return answer;
    }
    if (broken_) return *broken_;
    if (someone_reads_) {
      changed_.wait(hold);
      continue;
    }
    someone_reads_ = true;
    hold.unlock();
    const Status read = read_some();
    hold.lock();
    someone_reads_ = false;
    if (!read) broken_ = read.error();
    while (!broken_) {
      auto frame = reader_.next();
      if (!frame && frame.error().code == Errc::not_found) break;
      const Status taken = frame ? take(std::move(frame).value()) : Status{frame.error()};
      if (!taken) broken_ = taken.error();
    }
    changed_.notify_all();
  }
}

Status Channel::take(Frame frame) {
  if (frame.kind == FrameKind::request || frame.id > last_id_) return {};
  const std::uint32_t id = frame.id;
  Answer answer{std::move(frame), Fd{}};
  if (answer.frame.kind == FrameKind::handover) {
    if (handed_.empty()) return Error{Errc::malformed, "the board handed nothing over"};
    answer.handed = std::move(handed_.front());
    handed_.pop_front();
  }
  answers_.insert_or_assign(id, std::move(answer));
  return {};
}

// unix(7): a descriptor arrives with the byte that it was sent with, and ends what one call reads.
Status Channel::read_some() {
  std::uint8_t chunk[16384];
  for (;;) {
    iovec piece{chunk, sizeof chunk};
    Handover handover;
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    handover.take(message);
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error{Errc::unavailable, "the board has gone"};
    if (const int fd = Handover::taken(message); fd >= 0) {
      handed_.emplace_back(fd);
    } else if ((message.msg_flags & MSG_CTRUNC) != 0) {
      handed_.emplace_back();
    }
    reader_.feed(Bytes{chunk, static_cast<std::size_t>(got)});
    return {};
  }
}

Status Channel::write_all(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Error{Errc::unavailable, "the board has gone"};
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace signet::board
