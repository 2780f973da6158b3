// turn.h -- one turn at the bus: awake from creation to destruction, then idle.
#pragma once

#include "element/atecc/atecc.h"
#include "element/wire/command.h"
#include "element/wire/packet.h"

namespace signet::element {

class Atecc::Turn {
 public:
  explicit Turn(Link& link) : link_(link) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (awake_) static_cast<void>(link_.idle());  // a chip that misses it falls asleep by its watchdog
  }

  Status wake();
  // An answer of exactly `size` bytes. A status instead is an error, in words.
  Result<Buffer> ask(const Command& command, std::size_t size);
  // For commands that answer with a status: ok, or an error in words.
  Status tell(const Command& command);
  // The same, when a miscompare is an answer too: true for ok.
  Result<bool> judge(const Command& command);
  // Reads or increments a counter.
  Result<std::uint32_t> count(unsigned id, std::uint8_t mode);
  // The configuration zone, four blocks.
  Result<ConfigZone> config();

 private:
  Result<Buffer> exchange(const Command& command);
  Error refusal(const Command& command, ChipStatus status);

  Link& link_;
  bool awake_ = false;
};

// Plays a turn from the start again when the bus failed, and only then.
template <class Play>
auto Atecc::play(Play&& turn_of) -> decltype(turn_of(std::declval<Turn&>())) {
  for (int attempt = 1;; ++attempt) {
    Turn turn{link_};
    Status awake = turn.wake();
    auto result = awake ? turn_of(turn) : decltype(turn_of(turn)){std::move(awake).error()};
    if (result || result.error().code != Errc::unavailable) return result;
    if (attempt == attempts_max) {
      return std::move(result).error().within("secure element: gave up after " + std::to_string(attempt) + " attempts");
    }
  }
}

}  // namespace signet::element
