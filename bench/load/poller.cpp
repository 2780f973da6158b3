#include "load/poller.h"

#include "load/client.h"

namespace signet::bench {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_.get() < 0) give_up("epoll_create1 failed");
}

void Poller::add(int fd, Client& client, bool to_write) { control(EPOLL_CTL_ADD, fd, client, to_write); }
void Poller::change(int fd, Client& client, bool to_write) { control(EPOLL_CTL_MOD, fd, client, to_write); }

void Poller::control(int operation, int fd, Client& client, bool to_write) {
  epoll_event wanted{};
  wanted.events = EPOLLIN | (to_write ? EPOLLOUT : 0u);
  wanted.data.ptr = &client;
  if (::epoll_ctl(epoll_.get(), operation, fd, &wanted) != 0) give_up("epoll_ctl failed");
}

// epoll_wait knows milliseconds only, and a steady rate is made of less.
void Poller::turn(std::chrono::nanoseconds wait) {
  constexpr int events_max = 256;
  epoll_event events[events_max];
  const timespec timeout{static_cast<time_t>(wait.count() / 1'000'000'000),
                         static_cast<long>(wait.count() % 1'000'000'000)};
  const int count = ::epoll_pwait2(epoll_.get(), events, events_max, &timeout, nullptr);
  for (int i = 0; i < count; ++i) static_cast<Client*>(events[i].data.ptr)->act();
}

}  // namespace signet::bench
