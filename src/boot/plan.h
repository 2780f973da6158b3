// plan.h -- private to boot/: which entry follows which, without any flash.
#pragma once

#include "boot/slots.h"

namespace signet::boot {

// The old images, the new ones. The same for all entries of an update, until it is confirmed.
Entry first_step(const Entry& of, Cause cause);
Entry next_step(const Entry& of);  // REQUIRES: of.step is one of the three moves
Entry restore_step(const Entry& of);
Entry trial(const Entry& of, std::uint8_t attempt);
Entry permanent_as_before(const Entry& of);
Entry permanent_as_confirmed(const Entry& of);
bool is_first_step(const Entry& entry);

struct Move {
  Area from;
  Area to;
};
Move move_of(Step step);  // REQUIRES: one of the three moves
// What it moves: on the way there the old image leaves WORK and the new one comes, on the way back the other way round.
const Id& moved_by(const Entry& entry);

// Where the pair stands once these parts came from PARK.
Pair pair_with(Parts from_park);

constexpr bool has(Parts parts, Part part) { return (parts & parts_of(part)) != 0; }

}  // namespace signet::boot
