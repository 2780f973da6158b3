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

constexpr std::uint8_t op(Opcode opcode) { return static_cast<std::uint8_t>(opcode); }

class Atecc::Turn {
 public:
  // `chip_mode` is the driver's memory of the chip's clock divider and watchdog; nothing: not read yet.
  Turn(Link& link, std::optional<std::uint8_t>& chip_mode) : link_(link), chip_mode_(chip_mode) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  // A chip that misses its idle falls asleep by its watchdog. One that was told whom to trust sleeps, and forgets it.
  ~Turn() {
    if (awake_) static_cast<void>(authorised_ ? link_.sleep() : link_.idle());
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
  const std::optional<ConfigZone>& config_seen() const { return config_seen_; }  // in this turn
  // Proves to the chip that the host knows the key in pass.slot: its uses are permitted until the turn ends. False: it
  // does not know it.
  Result<bool> authorise(const Pass& pass);

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
  bool authorised_ = false;
  std::optional<ConfigZone> config_seen_;
};

struct Atecc::Pass {
  unsigned slot;
  const BondKey& key;
  Block<serial_bytes> serial;
  crypto::Random& random;
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

// A turn that uses the key in `slot`. The chip says that it wants an authorisation only by refusing, so the first turn
// finds out; later ones authorise at once.
template <class Play>
auto Atecc::play_with_key(unsigned slot, Play&& turn_of) -> decltype(turn_of(std::declval<Turn&>())) {
  return play([&](Turn& turn) -> decltype(turn_of(turn)) {
    const bool knew = locked_config_.has_value();
    TRY(authorise_for(turn, slot));
    auto result = turn_of(turn);
    if (knew || result || !turn.config_seen()) return result;
    TRY(learn(turn));
    if (!asks_for_authorisation(slot)) return result;
    TRY(authorise_for(turn, slot));
    return turn_of(turn);
  });
}

}  // namespace signet::element
