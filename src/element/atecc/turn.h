// turn.h -- one turn at the bus: awake from creation to destruction, then idle.
//
// A turn counts what its commands may take at most. Before one that the chip's watchdog might not let end, it renews:
// idle and wake, volatile state kept.
#pragma once

#include "element/atecc/atecc.h"
#include "element/atecc/explain.h"
#include "element/wire/command.h"
#include "element/wire/packet.h"

namespace signet::element {

inline constexpr Millis watchdog_min{700};         // from wake; commands do not restart it
inline constexpr Millis watchdog_long_min{7'000};  // with ChipMode bit 2

class Atecc::Turn {
 public:
  // `chip_mode` is the driver's memory of the chip's clock divider and watchdog; nothing: not read yet.
  Turn(Link& link, std::optional<std::uint8_t>& chip_mode) : link_(link), chip_mode_(chip_mode) {}
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
  // For a command whose one byte is no status but a bitmap.
  Result<std::uint8_t> byte(const Command& command);
  // Reads or increments a counter.
  Result<std::uint32_t> count(unsigned id, std::uint8_t mode);
  // The configuration zone, four blocks.
  Result<ConfigZone> config();

 private:
  Result<Buffer> exchange(const Command& command);
  Result<Buffer> exchange_in_time(const Command& command);
  Status stay_awake_for(std::uint8_t opcode);
  Millis longest(std::uint8_t opcode) const;
  Millis watchdog() const;
  std::optional<ChipState> state();
  Error refusal(const Command& command, ChipStatus status);

  Link& link_;
  std::optional<std::uint8_t>& chip_mode_;
  Millis spent_{0};  // at most, since the chip woke
  bool awake_ = false;
  bool renewed_ = false;
};

// Plays a turn from the start again when the bus failed, and only then.
template <class Play>
auto Atecc::play(Play&& turn_of) -> decltype(turn_of(std::declval<Turn&>())) {
  for (int attempt = 1;; ++attempt) {
    Turn turn{link_, chip_mode_};
    Status awake = turn.wake();
    auto result = awake ? turn_of(turn) : decltype(turn_of(turn)){std::move(awake).error()};
    if (result || result.error().code != Errc::unavailable) return result;
    chip_mode_.reset();  // what we thought of its clock may be why
    if (attempt == attempts_max) {
      return std::move(result).error().within("secure element: gave up after " + std::to_string(attempt) + " attempts");
    }
  }
}

}  // namespace signet::element
