#include "board/firmware.h"

#include "board/client/handover.h"
#include "board/spawn.h"

#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace signet::board {

Status Firmware::start() {
  ENSURE(!running());
  Child child = TRY(spawn_confined(config_.command, config_.folder, config_.executable));
  pid_ = child.pid;
  process_ = std::move(child.process);
  text_ = std::move(child.text);
  socket_ = std::move(child.socket);
  refusals_ = std::make_unique<Refusals>(loop_, std::move(child.refusals),
                                         [this](const char* call) { events_.on_firmware_refused(call); });
  started_ = loop_.clock().monotonic();
  Status watched = watch();
  if (!watched) stop();
  return watched;
}

Status Firmware::watch() {
  TRY(loop_.watch(text_.get(), net::Ready::read, [this](net::Ready) { read_text(); }));
  TRY(loop_.watch(socket_.get(), net::Ready::read, [this](net::Ready ready) { on_socket(ready); }));
  return loop_.watch(process_.get(), net::Ready::read, [this](net::Ready) { on_exit(); });
}

void Firmware::stop() {
  if (restart_) loop_.cancel(*restart_);
  restart_.reset();
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  (void)reap(pid_);
  clean_up();
}

void Firmware::clean_up() {
  for (Fd* fd : {&text_, &socket_, &process_}) {
    if (*fd) loop_.unwatch(fd->get());
    fd->close();
  }
  refusals_.reset();
  pid_ = 0;
  lines_ = LineReader{firmware_line_bytes_max};
  reader_ = FrameReader{};
  unsent_.clear();
  handed_.clear();
}

void Firmware::read_text() {
  std::uint8_t chunk[4096];
  const ssize_t got = ::read(text_.get(), chunk, sizeof chunk);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    loop_.unwatch(text_.get());
    text_.close();
    return;
  }
  lines_.feed(Bytes{chunk, static_cast<std::size_t>(got)});
  take_text(false);
}

void Firmware::take_text(bool last) {
  auto line = lines_.next();
  for (; line; line = lines_.next())
    events_.on_firmware_text(line->too_long ? "(a line longer than 1024 bytes)" : line->text);
  if (last && (line = lines_.rest())) events_.on_firmware_text(line->text);
}

void Firmware::on_socket(net::Ready ready) {
  if (net::includes(ready, net::Ready::write)) write_answers();
  if (socket_ && net::includes(ready, net::Ready::read)) read_requests();
}

void Firmware::read_requests() {
  std::uint8_t chunk[16384];
  const ssize_t got = ::recv(socket_.get(), chunk, sizeof chunk, 0);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) {
    loop_.unwatch(socket_.get());
    socket_.close();
    return;
  }
  reader_.feed(Bytes{chunk, static_cast<std::size_t>(got)});
  for (;;) {
    const auto frame = reader_.next();
    if (frame) {
      events_.on_firmware_request(frame.value());
      if (!socket_) return;  // the request ended it
      continue;
    }
    if (frame.error().code == Errc::not_found) return;
    return fail("broke the protocol: " + frame.error().what);
  }
}

void Firmware::fail(const std::string& fault) {
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  again(fault);
}

void Firmware::send(const Frame& frame, Fd handed) {
  if (!socket_) return;
  const auto bytes = encode(frame);
  ENSURE(bytes);  // no answer of ours is near the limit
  if (unsent_.size() + bytes.value().size() > firmware_unread_bytes_max) {
    ::kill(pid_, SIGKILL);  // the end is told by on_exit
    return;
  }
  if (handed) handed_.push_back({unsent_.size(), std::move(handed)});
  unsent_.insert(unsent_.end(), bytes.value().begin(), bytes.value().end());
  write_answers();
}

void Firmware::write_answers() {
  while (!unsent_.empty()) {
    const ssize_t wrote = write_some();
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno != EAGAIN) unsent_.clear(), handed_.clear();  // it is ending; on_exit comes
    if (wrote < 0) break;
    unsent_.erase(unsent_.begin(), unsent_.begin() + wrote);
  }
  (void)loop_.change(socket_.get(), unsent_.empty() ? net::Ready::read : net::Ready::read_write);
}

// As far as the next descriptor, which goes with the first byte of its frame.
ssize_t Firmware::write_some() {
  const bool hands_over = !handed_.empty() && handed_.front().before == 0;
  const std::size_t next = hands_over ? 1 : 0;
  iovec piece{unsent_.data(), handed_.size() > next ? handed_[next].before : unsent_.size()};
  Handover handover;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (hands_over) handover.give(message, handed_.front().fd.get());
  const ssize_t wrote = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  if (wrote <= 0) return wrote;
  if (hands_over) handed_.pop_front();
  for (Handed& later : handed_) later.before -= static_cast<std::size_t>(wrote);
  return wrote;
}

void Firmware::on_exit() {
  while (text_) {  // what it still had to say
    std::uint8_t chunk[4096];
    const ssize_t got = ::read(text_.get(), chunk, sizeof chunk);
    if (got <= 0) break;
    lines_.feed(Bytes{chunk, static_cast<std::size_t>(got)});
  }
  take_text(true);
  again("");
}

// Reaps the child; a program that ended in order is not started again, a crash is, later each time.
void Firmware::again(const std::string& fault) {
  const Ending ending = reap(pid_);
  const bool lived = loop_.clock().monotonic() - started_ >= firmware_stable_after;
  clean_up();
  if (ending.clean && fault.empty()) return events_.on_firmware_end("the program has ended");
  if (lived) backoff_.reset();
  const Micros wait = backoff_.next();
  restart_ = loop_.after(wait, [this] {
    restart_.reset();
    if (const Status started = start(); !started) events_.on_firmware_end(started.error().what);
  });
  const auto millis = std::chrono::duration_cast<Millis>(wait).count();
  const std::string how = fault.empty() ? "ended " + ending.how : fault;
  events_.on_firmware_end("the program " + how + "; next start in " + std::to_string(millis) + " ms");
}

}  // namespace signet::board
