#include "net/http_server.h"

namespace signet::net {

HttpStream::Pushed HttpStream::push(std::string_view text) {
  std::unique_lock lock{mutex_};
  if (gone_ || ended_) return Pushed::gone;
  if (waiting_.size() + text.size() > stream_bytes_max) return Pushed::full;
  waiting_ += text;
  wake(std::move(lock));
  return Pushed::taken;
}

void HttpStream::end(std::string_view last) {
  std::unique_lock lock{mutex_};
  if (gone_ || std::exchange(ended_, true)) return;
  if (waiting_.size() + last.size() > stream_bytes_max) waiting_.clear();
  waiting_ += last;
  wake(std::move(lock));
}

// Once for all that is pushed until it is taken; without the lock, for it leads into the connection's loop.
void HttpStream::wake(std::unique_lock<std::mutex> lock) {
  if (!wake_ || std::exchange(woken_, true)) return;
  const std::function<bool()> call = wake_;
  lock.unlock();
  if (call()) return;
  lock.lock();
  woken_ = false;  // the next push tries again
}

bool HttpStream::was_taken() const {
  const std::lock_guard lock{mutex_};
  return attached_;
}

bool HttpStream::is_gone() const {
  const std::lock_guard lock{mutex_};
  return gone_;
}

void HttpStream::attach(std::function<bool()> wake) {
  const std::lock_guard lock{mutex_};
  wake_ = std::move(wake);
  attached_ = true;
}

void HttpStream::detach() {
  const std::lock_guard lock{mutex_};
  gone_ = true;
  wake_ = nullptr;
  waiting_ = {};
}

HttpStream::Piece HttpStream::take() {
  const std::lock_guard lock{mutex_};
  woken_ = false;
  return {std::exchange(waiting_, {}), ended_};
}

}  // namespace signet::net
