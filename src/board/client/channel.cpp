#include "board/client/channel.h"

#include <sys/socket.h>
#include <cerrno>

namespace signet::board {

Result<std::string> Channel::call(std::string_view request) {
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
  Frame frame = TRY(wait_for(id));
  if (frame.kind == FrameKind::refusal) return error_of_refusal(frame.body);
  return std::move(frame.body);
}

// One of the waiting threads reads for all; the others sleep until it has found something.
Result<Frame> Channel::wait_for(std::uint32_t id) {
  std::unique_lock hold{mutex_};
  for (;;) {
    if (const auto found = answers_.find(id); found != answers_.end()) {
      Frame frame = std::move(found->second);
      answers_.erase(found);
      return frame;
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
      if (!frame) {
        broken_ = frame.error();
      } else if (frame.value().kind != FrameKind::request && frame.value().id <= last_id_) {
        answers_.insert_or_assign(frame.value().id, std::move(frame).value());
      }
    }
    changed_.notify_all();
  }
}

Status Channel::read_some() {
  std::uint8_t chunk[16384];
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), chunk, sizeof chunk, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error{Errc::unavailable, "the board has gone"};
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
