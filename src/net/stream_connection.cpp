#include "net/stream_connection.h"

#include <sys/socket.h>

namespace signet::net {
namespace {

constexpr std::size_t kept_capacity_max = 1024;  // of an idle connection's send buffer

}  // namespace

const Buffer StreamConnection::no_certificate_;

void StreamConnection::start_deadline(Millis timeout) {
  deadline_ = loop_.after(timeout, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      const char* const late =
          self->phase_ == Phase::dialling ? "nobody answered in time" : "the TLS handshake was too slow";
      self->finish(Error{Errc::unavailable, late});
    }
  });
}

void StreamConnection::begin(Fd fd, std::unique_ptr<Stream> stream, std::string peer_address) {
  fd_ = std::move(fd);
  stream_ = std::move(stream);
  peer_address_ = std::move(peer_address);
  stop_dialling_ = nullptr;
  phase_ = Phase::handshaking;
  Status watched =
      loop_.watch(fd_.get(), Ready::read, [self = shared_from_this()](Ready ready) { self->on_ready(ready); });
  if (!watched) return finish(std::move(watched).error());
  shake();  // a client has to begin, and what a server waits for has often come with the connection
}

void StreamConnection::on_ready(Ready ready) {
  if (ended()) return;
  if (phase_ == Phase::handshaking) return shake();
  const bool unasked = ready == Ready::read_write && !reading() && !write_blocked_;
  if (unasked) return finish(Error{Errc::unavailable, "the connection broke"});
  if (!reading()) update_interest();  // it was paused without telling the kernel
  if (includes(ready, Ready::read) || includes(ready, Ready::write)) read();  // TLS may need either for either
  if (!ended() && includes(ready, Ready::write)) flush();
}

void StreamConnection::shake() {
  Result<Need> step = stream_->handshake();
  if (!step) {
    told_peer_ = true;
    return finish(std::move(step).error());
  }
  handshake_need_ = step.value();
  if (handshake_need_ != Need::nothing) return update_interest();
  loop_.cancel(deadline_);
  if (admission_) admission_->handshake_over();
  phase_ = Phase::open;
  established_ = true;
  update_interest();
  events_->on_open(*this);
  read();  // the first bytes may have come with the last of the handshake
}

void StreamConnection::read() {
  for (int i = 0; i < reads_a_turn_max; ++i) {
    if (!reading() || !read_once()) return;
  }
  read_later();  // TLS may hold bytes that the descriptor no longer tells of
}

void StreamConnection::read_later() {
  if (std::exchange(read_waits_, true)) return;
  loop_.after_turn([self = shared_from_this()] {
    self->read_waits_ = false;
    self->read();
  });
}

// True when there may be more to read now.
bool StreamConnection::read_once() {
  const std::span<std::uint8_t> room = loop_.scratch();
  std::size_t filled = 0;
  std::optional<Error> error;
  Moved moved;
  while (filled < room.size()) {
    Result<Moved> step = stream_->read(room.subspan(filled));
    if (!step) {
      error = std::move(step).error();
      break;
    }
    moved = step.value();
    filled += moved.bytes;
    if (moved.need != Need::nothing || moved.ended) break;
  }
  dry_ = moved.need == Need::read;
  peer_ended_ = moved.ended;
  if (filled > 0) events_->on_bytes(*this, room.first(filled));
  if (ended() || ending_) return false;
  if (error) {
    told_peer_ = error->code != Errc::unavailable;
    finish(std::move(error));
    return false;
  }
  if (!moved.ended) return moved.need == Need::nothing;
  flush();  // what was queued before the peer's goodbye; the peer may still read it
  if (!ended()) {
    say_end();
    finish(std::nullopt);
  }
  return false;
}

void StreamConnection::send(Bytes bytes) {
  if (ended() || ending_ || closing_ || bytes.empty()) return;
  if (waiting_bytes() + bytes.size() > send_buffer_bytes_max) {
    return end_soon(Error{Errc::exhausted, "the peer does not read: more than " +
                                               std::to_string(send_buffer_bytes_max) + " bytes wait for it"});
  }
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  flush_later();
}

void StreamConnection::flush_later() {
  if (std::exchange(flush_waits_, true)) return;
  loop_.after_turn([self = shared_from_this()] {
    self->flush_waits_ = false;
    if (self->ending_)
      self->finish(std::move(self->ending_why_));
    else
      self->flush();
  });
}

void StreamConnection::flush() {
  if (phase_ != Phase::open || ending_) return;
  const bool had_bytes = waiting_bytes() > 0;
  write_blocked_ = false;
  while (waiting_bytes() > 0 && !write_blocked_) {
    Result<Moved> step = stream_->write(Bytes{out_}.subspan(sent_));
    if (!step) return finish(std::move(step).error());
    sent_ += step.value().bytes;
    write_blocked_ = step.value().need != Need::nothing;
  }
  if (waiting_bytes() == 0) {
    out_.clear();
    sent_ = 0;
    if (out_.capacity() > kept_capacity_max) Buffer{}.swap(out_);
    if (closing_) {
      say_end();
      if (!write_blocked_) return finish(std::nullopt);
    }
  } else if (sent_ > out_.size() / 2) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
  update_interest();
  if (had_bytes && waiting_bytes() == 0 && !closing_) events_->on_drained(*this);
}

void StreamConnection::say_end() {
  write_blocked_ = stream_->end() == Need::write;
  told_peer_ = !write_blocked_;
}

void StreamConnection::close_within(Millis patience) {
  if (ended() || ending_ || closing_) return;
  if (phase_ != Phase::open) return close_now();
  closing_ = true;
  linger_ = std::min<Micros>(linger_time, patience);
  deadline_ = loop_.after(patience, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->cut();
  });
  flush_later();
}

// Not even what the kernel holds for it is delivered.
void StreamConnection::cut() {
  const struct ::linger none { .l_onoff = 1, .l_linger = 0 };
  if (fd_) (void)::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  finish(std::nullopt);
}

void StreamConnection::close_now() { end_soon(std::nullopt); }

void StreamConnection::end_soon(std::optional<Error> why) {
  if (ended() || ending_) return;
  ending_ = true;
  ending_why_ = std::move(why);
  flush_later();
}

// Most pauses end before the peer says more, so the kernel is told only when it does (on_ready).
void StreamConnection::pause_reading(bool paused) {
  if (ended() || paused_ == paused) return;
  paused_ = paused;
  if (phase_ != Phase::open || paused) return;
  update_interest();
  if (!dry_) read_later();  // of what TLS holds the descriptor does not tell
}

void StreamConnection::update_interest() {
  Ready interest = Ready::none;
  if (phase_ == Phase::handshaking) {
    interest = handshake_need_ == Need::write ? Ready::write : Ready::read;
  } else {
    if (reading()) interest = Ready::read;
    if (write_blocked_) interest = interest | Ready::write;
  }
  Status changed = loop_.change(fd_.get(), interest);
  if (!changed) end_soon(std::move(changed).error());
}

void StreamConnection::finish(std::optional<Error> why) {
  if (ended()) return;
  const auto self = shared_from_this();
  const std::optional<Error> told = std::move(why);
  phase_ = Phase::ended;
  loop_.cancel(deadline_);
  const bool lingers = fd_ && told_peer_ && !peer_ended_;
  if (lingers)
    loop_.unwatch(fd_.get());
  else if (fd_)
    loop_.unwatch_before_close(fd_.get());
  if (stop_dialling_) std::exchange(stop_dialling_, nullptr)();
  if (admission_) admission_->handshake_over();
  events_->on_close(*this, told);
  stream_.reset();
  events_.reset();
  if (lingers) linger(loop_, std::move(fd_), std::move(admission_), linger_);
  fd_.close();
  admission_.reset();
}

}  // namespace signet::net
