// slots.h -- the images where they stand: judged, told apart, and moved.
#pragma once

#include "boot/journal.h"
#include "image/check.h"

namespace signet::boot {

inline constexpr std::uint32_t security_counter_step_max = 256;  // a mistyped counter would be for ever

// All that boot works with; everything outlives it.
struct Board {
  Flash& flash;
  Counters& counters;
  Keys& keys;
  Crypto& crypto;
  Console& console;
  const Map& map;
  std::span<const char> name;
  std::uint8_t trial_attempts = 1;  // 1: any reset in a trial ends it, as documented; more: a power cut does not
};

// Where each part of a pair stands.
using Pair = std::array<Area, part_count>;
inline constexpr Pair pair_in_work{Area::work, Area::work};

class Slots {
 public:
  explicit Slots(Board& board) : board_(board) {}

  // Whole, signed, for this board, of this part and not rolled back. `layout` is of use only when the answer is none.
  image::Fault judge(Area area, Part part, image::Layout& layout);
  // That of both, and that they go together: what may run.
  image::Fault judge(const Pair& pair);
  // The first pair that may run, looked for in WORK, PARK, SCRATCH.
  bool find_pair(Pair& out);

  // False: no image there.
  bool identify(Area area, Part part, Id& out);
  bool holds(Area area, Part part, const Id& id);
  // Erases `to` and copies the image; true when `to` then holds it. REQUIRES: `from` holds it.
  bool copy(Area from, Area to, Part part, const Id& id);

  // After a confirmation, and at every start until it is done: the counters up to what WORK says, the keys as it wants.
  // REQUIRES: judge(pair_in_work) was the last one asked, and said none. It is what was judged that counts, and the
  // flash is not read again.
  bool settle();

 private:
  bool program_all(const Place& from, const Place& to, std::uint32_t bytes);
  bool settle_keys(const image::Layout& os, const image::Layout& application);

  Board& board_;
  std::array<image::Layout, part_count> judged_;
};

}  // namespace signet::boot
