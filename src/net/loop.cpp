#include "net/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace signet::net {
namespace {

using Work = std::function<void()>;

constexpr int events_a_turn_max = 256;
constexpr std::uint64_t wake_token = 0;  // no watch has generation 0

struct Watch {
  std::uint32_t generation;  // tells a descriptor from a later one with the same number
  Ready interest;
  std::function<void(Ready)> on_ready;
};

std::uint64_t token_of(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

std::uint32_t epoll_bits(Ready interest) {
  std::uint32_t bits = 0;
  if (includes(interest, Ready::read)) bits |= EPOLLIN;
  if (includes(interest, Ready::write)) bits |= EPOLLOUT;
  return bits;
}

Ready ready_of(std::uint32_t bits) {
  if (bits & (EPOLLERR | EPOLLHUP)) return Ready::read_write;
  return (bits & EPOLLIN ? Ready::read : Ready::none) | (bits & EPOLLOUT ? Ready::write : Ready::none);
}

}  // namespace

struct Loop::State {
  explicit State(Clock& c) : clock(c), scratch(scratch_bytes) {}

  void turn();
  int wait_millis();
  void dispatch(const epoll_event& event);
  void run_timers();
  void run_posts();
  static void run_list(std::vector<Work>& list);

  Clock& clock;
  Fd epoll;
  Fd wake;
  Buffer scratch;
  // By descriptor. A copy lives through its own unwatch.
  std::shared_ptr<Watch> watch_of(int fd) const {
    const auto at = static_cast<std::size_t>(fd);
    return at < watches.size() ? watches[at] : nullptr;
  }
  std::vector<std::shared_ptr<Watch>> watches;
  std::uint32_t next_generation = 1;
  std::map<std::pair<Instant, TimerId>, Work> timers;
  std::unordered_map<TimerId, Instant> timer_times;
  TimerId next_timer = 1;
  std::vector<Work> turn_end;
  std::vector<Work> after_turn;
  std::atomic<bool> stopping = false;
  std::mutex mutex;  // guards posts
  std::vector<Work> posts;
};

int Loop::State::wait_millis() {
  if (!turn_end.empty() || !after_turn.empty()) return 0;
  if (timers.empty()) return -1;
  const auto left = timers.begin()->first.first - clock.monotonic();
  const auto millis = std::chrono::ceil<Millis>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(millis, 0, 60'000));
}

void Loop::State::dispatch(const epoll_event& event) {
  if (event.data.u64 == wake_token) {
    std::uint64_t count;
    [[maybe_unused]] const ssize_t got = ::read(wake.get(), &count, sizeof count);  // only to clear it
    return;
  }
  const std::shared_ptr<Watch> watch = watch_of(static_cast<int>(event.data.u64 & 0xffffffff));
  if (!watch || watch->generation != event.data.u64 >> 32) return;  // unwatched this turn
  watch->on_ready(ready_of(event.events));
}

void Loop::State::run_timers() {
  const Instant now = clock.monotonic();
  std::vector<std::pair<Instant, TimerId>> due;
  for (auto it = timers.begin(); it != timers.end() && it->first.first <= now; ++it) due.push_back(it->first);
  for (const auto& key : due) {
    const auto node = timers.extract(key);
    if (node.empty()) continue;  // cancelled by one before it
    timer_times.erase(key.second);
    node.mapped()();
  }
}

void Loop::State::run_posts() {
  std::vector<Work> taken;
  {
    const std::lock_guard lock{mutex};
    taken.swap(posts);
  }
  run_list(taken);
}

void Loop::State::run_list(std::vector<Work>& list) {
  std::vector<Work> taken;
  taken.swap(list);
  for (Work& work : taken) {
    work();
    work = nullptr;  // what it holds is freed in order, not at the end
  }
}

void Loop::State::turn() {
  epoll_event events[events_a_turn_max];
  const int count = ::epoll_wait(epoll.get(), events, events_a_turn_max, wait_millis());
  ENSURE(count >= 0 || errno == EINTR);
  for (int i = 0; i < count; ++i) dispatch(events[i]);
  run_timers();
  run_posts();
  run_list(turn_end);
  run_list(after_turn);
}

Result<std::unique_ptr<Loop>> Loop::create(Clock& clock) {
  auto state = std::make_unique<State>(clock);
  state->epoll = Fd{::epoll_create1(EPOLL_CLOEXEC)};
  if (!state->epoll) return os_error("create", "epoll");
  state->wake = Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!state->wake) return os_error("create", "eventfd");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wake_token;
  if (::epoll_ctl(state->epoll.get(), EPOLL_CTL_ADD, state->wake.get(), &event) != 0)
    return os_error("watch", "eventfd");
  return std::unique_ptr<Loop>{new Loop{std::move(state)}};
}

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}

Loop::~Loop() {
  // What is destroyed here may still call unwatch and cancel, so each list is emptied while the loop is whole.
  const auto watches = std::exchange(state_->watches, {});
  const auto timers = std::exchange(state_->timers, {});
  const auto turn_end = std::exchange(state_->turn_end, {});
  const auto after_turn = std::exchange(state_->after_turn, {});
  std::vector<Work> posts;  // destroyed after the lock is let go
  const std::lock_guard lock{state_->mutex};
  posts.swap(state_->posts);
}

Status Loop::watch(int fd, Ready interest, std::function<void(Ready)> on_ready) {
  ENSURE(fd >= 0 && !state_->watch_of(fd));
  const std::uint32_t generation = state_->next_generation++;
  if (state_->next_generation == 0) state_->next_generation = 1;
  epoll_event event{};
  event.events = epoll_bits(interest);
  event.data.u64 = token_of(fd, generation);
  if (::epoll_ctl(state_->epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0) return os_error("watch", "descriptor");
  const auto at = static_cast<std::size_t>(fd);
  if (at >= state_->watches.size()) state_->watches.resize(at + 1);
  state_->watches[at] = std::make_shared<Watch>(Watch{generation, interest, std::move(on_ready)});
  return {};
}

Status Loop::change(int fd, Ready interest) {
  const std::shared_ptr<Watch> watch = state_->watch_of(fd);
  ENSURE(watch);
  if (watch->interest == interest) return {};
  epoll_event event{};
  event.events = epoll_bits(interest);
  event.data.u64 = token_of(fd, watch->generation);
  if (::epoll_ctl(state_->epoll.get(), EPOLL_CTL_MOD, fd, &event) != 0) return os_error("watch", "descriptor");
  watch->interest = interest;
  return {};
}

void Loop::unwatch(int fd) {
  const std::shared_ptr<Watch> watch = state_->watch_of(fd);
  if (!watch) return;
  state_->watches[static_cast<std::size_t>(fd)].reset();
  ::epoll_ctl(state_->epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::unwatch_before_close(int fd) {
  if (state_->watch_of(fd)) state_->watches[static_cast<std::size_t>(fd)].reset();
}

Loop::TimerId Loop::after(Micros delay, std::function<void()> run) {
  const TimerId id = state_->next_timer++;
  const Instant when = state_->clock.monotonic() + delay;
  state_->timers.emplace(std::pair{when, id}, std::move(run));
  state_->timer_times.emplace(id, when);
  return id;
}

void Loop::cancel(TimerId timer) {
  const auto time = state_->timer_times.extract(timer);
  if (time.empty()) return;
  [[maybe_unused]] const auto work = state_->timers.extract({time.mapped(), timer});  // freed after the map is whole
}

Status Loop::post(std::function<void()> run) {
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->posts.size() >= posts_max) return Error{Errc::exhausted, "too much work waits for this loop"};
    state_->posts.push_back(std::move(run));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t wrote = ::write(state_->wake.get(), &one, sizeof one);  // full means: already awake
  return {};
}

void Loop::at_turn_end(std::function<void()> run) { state_->turn_end.push_back(std::move(run)); }
void Loop::after_turn(std::function<void()> run) { state_->after_turn.push_back(std::move(run)); }

void Loop::run() {
  while (!state_->stopping.exchange(false)) state_->turn();
}

void Loop::stop() {
  state_->stopping = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t wrote = ::write(state_->wake.get(), &one, sizeof one);
}

Clock& Loop::clock() { return state_->clock; }
std::span<std::uint8_t> Loop::scratch() { return state_->scratch; }

}  // namespace signet::net
