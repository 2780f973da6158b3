// loop.h -- one thread's event loop: descriptors, timers, and work handed over from other threads.
#pragma once

#include "base/clock.h"
#include "base/port/file.h"

#include <functional>
#include <memory>

namespace signet::net {

enum class Ready : std::uint8_t { read = 1, write = 2, read_write = 3 };

class Loop {
 public:
  using TimerId = std::uint64_t;

  static Result<std::unique_ptr<Loop>> create(Clock& clock);
  ~Loop();

  // Calls `on_ready` whenever the descriptor is ready, until unwatch. The descriptor stays the caller's.
  Status watch(int fd, Ready interest, std::function<void(Ready)> on_ready);
  Status change(int fd, Ready interest);
  void unwatch(int fd);  // safe within its own callback

  TimerId after(Micros delay, std::function<void()> run);  // once
  void cancel(TimerId timer);                              // harmless when it has run

  // From any thread: `run` is called on the loop's thread. Refuses with exhausted when `posts_max` wait already.
  Status post(std::function<void()> run);
  static constexpr std::size_t posts_max = 65536;

  // Once at the end of the current turn, after all ready descriptors: where a group commit belongs.
  void at_turn_end(std::function<void()> run);

  void run();   // until stop()
  void stop();  // from any thread
  Clock& clock();

 private:
  struct State;
  explicit Loop(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::net
