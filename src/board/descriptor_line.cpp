#include "board/descriptor_line.h"

#include <unistd.h>
#include <cerrno>

namespace signet::board {

Status DescriptorLine::open(Fd fd) {
  close();
  if (std::exchange(mid_line_, false)) unsent_.erase(0, unsent_.find('\n') + 1);
  const int number = fd.get();
  TRY(loop_.watch(number, net::Ready::read, [this](net::Ready ready) {
    if (net::includes(ready, net::Ready::write)) flush();
    if (fd_ && net::includes(ready, net::Ready::read)) take_input();
  }));
  fd_ = std::move(fd);
  flush();
  return {};
}

void DescriptorLine::close() {
  if (fd_) loop_.unwatch(fd_.get());
  fd_.close();
}

void DescriptorLine::lose() {
  close();
  lost_();
}

void DescriptorLine::take_input() {
  std::uint8_t chunk[4096];
  const ssize_t got = ::read(fd_.get(), chunk, sizeof chunk);
  if (got > 0) return take_(Bytes{chunk, static_cast<std::size_t>(got)});
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  lose();
}

void DescriptorLine::write(std::string_view whole_lines) {
  unsent_ += whole_lines;
  make_room();
  flush();
}

void DescriptorLine::flush() {
  if (!fd_) return;
  while (!unsent_.empty()) {
    const ssize_t wrote = ::write(fd_.get(), unsent_.data(), unsent_.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0 && errno != EAGAIN) return lose();
    if (wrote <= 0) break;
    mid_line_ = unsent_[static_cast<std::size_t>(wrote) - 1] != '\n';
    unsent_.erase(0, static_cast<std::size_t>(wrote));
  }
  (void)loop_.change(fd_.get(), unsent_.empty() ? net::Ready::read : net::Ready::read_write);
}

// Whole lines go, the oldest first; one that is partly out stays.
void DescriptorLine::make_room() {
  while (unsent_.size() > unread_bytes_max) {
    const std::size_t keep = mid_line_ ? unsent_.find('\n') + 1 : 0;
    const std::size_t end = unsent_.find('\n', keep);
    if (end == unsent_.npos) return;
    unsent_.erase(keep, end + 1 - keep);
  }
}

}  // namespace signet::board
