#include "net/stream_connection.h"

#include <sys/socket.h>
#include <cerrno>

namespace signet::net {
namespace {

struct Lingering : std::enable_shared_from_this<Lingering> {
  Lingering(Loop& l, Fd f, std::unique_ptr<Admission> a) : loop(l), fd(std::move(f)), admission(std::move(a)) {}

  void start(Micros time) {
    ::shutdown(fd.get(), SHUT_WR);
    const auto drain = [self = shared_from_this()](Ready) { self->drain(); };
    if (!loop.watch(fd.get(), Ready::read, drain)) return;
    timer = loop.after(time, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end();
    });
  }

  void drain() {
    const std::span<std::uint8_t> room = loop.scratch();
    const ssize_t got = ::recv(fd.get(), room.data(), room.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) drained += static_cast<std::size_t>(got);
    if (got <= 0 || drained > linger_bytes_max) end();
  }

  void end() {
    loop.cancel(timer);
    loop.unwatch(fd.get());  // the watch owns this: nothing is touched after it
  }

  Loop& loop;
  Fd fd;
  std::unique_ptr<Admission> admission;
  Loop::TimerId timer = 0;
  std::size_t drained = 0;
};

}  // namespace

void linger(Loop& loop, Fd fd, std::unique_ptr<Admission> admission, Micros time) {
  std::make_shared<Lingering>(loop, std::move(fd), std::move(admission))->start(time);
}

}  // namespace signet::net
