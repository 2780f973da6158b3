// loop.h -- one thread's event loop: descriptors, timers, and work handed over from other threads.
//
//   turn := ready descriptors, due timers, posted work, turn-end work, after-turn work
//
// What is added to one of these lists while that list is being worked off belongs to the next turn, so nobody starves.
// Only post() and stop() may be called from another thread. Connections live in the loop: when it is destroyed they
// are dropped without a last call, so destroy it after whatever they report to, or stop using them first.
#pragma once

#include "base/clock.h"
#include "base/port/file.h"

#include <functional>
#include <memory>

namespace signet::net {

// `none` asks for nothing; a broken descriptor is told all the same, as read_write, whatever was asked.
enum class Ready : std::uint8_t { none = 0, read = 1, write = 2, read_write = 3 };
inline Ready operator|(Ready a, Ready b) {
  return static_cast<Ready>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
inline bool includes(Ready set, Ready part) { return (set | part) == set; }

class Loop {
 public:
  using TimerId = std::uint64_t;

  static Result<std::unique_ptr<Loop>> create(Clock& clock);
  ~Loop();

  // Calls `on_ready` whenever the descriptor is ready, until unwatch. The descriptor stays the caller's.
  Status watch(int fd, Ready interest, std::function<void(Ready)> on_ready);
  Status change(int fd, Ready interest);
  void unwatch(int fd);  // safe within its own callback
  // As unwatch, without a system call, for a descriptor that has no duplicate and is closed within this turn: the
  // kernel forgets it by itself.
  void unwatch_before_close(int fd);

  TimerId after(Micros delay, std::function<void()> run);  // once
  void cancel(TimerId timer);                              // harmless when it has run

  // From any thread: `run` is called on the loop's thread. Refuses with exhausted when `posts_max` wait already.
  Status post(std::function<void()> run);
  static constexpr std::size_t posts_max = 65536;

  // Once at the end of the current turn, after all ready descriptors: where a group commit belongs.
  void at_turn_end(std::function<void()> run);
  // Once, after all of the turn-end work: connections write here, so what a group commit acknowledges leaves at once.
  void after_turn(std::function<void()> run);

  void run();   // until stop(); the turn in which it is stopped is finished, and run() may be called again
  void stop();  // from any thread
  Clock& clock();

  // Room to read into, shared by all on this thread: its content is gone once the callback returns.
  std::span<std::uint8_t> scratch();
  static constexpr std::size_t scratch_bytes = 64 * 1024;

 private:
  struct State;
  explicit Loop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::net
