// The steps of a PENDING update. Each is done again from its beginning after a cut: where it takes from is whole until
// the entry of the next step is written.
#include "boot/boot.h"
#include "boot/plan.h"

namespace signet::boot {

using image::Fault;

bool Boot::step() {
  const Entry entry = journal_.newest();
  switch (entry.step) {
    case Step::work_to_scratch:
    case Step::park_to_work:
    case Step::scratch_to_park: return move(entry);
    case Step::done: return finish(entry);
    case Step::restore: return restore(entry);
    case Step::none: break;
  }
  return false;
}

// Whoever wrote PARK may have done so again since the request.
bool Boot::is_candidate_good(const Entry& entry) {
  fault_ = slots_.judge(pair_with(entry.parts));
  if (fault_ != Fault::none) return false;
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    if (has(entry.parts, part) && !slots_.holds(Area::park, part, entry.park_ids[i])) return false;
  }
  return true;
}

bool Boot::move(const Entry& entry) {
  if (entry.cause == Cause::update && is_first_step(entry) && !is_candidate_good(entry)) {
    board_.console.say("boot: PARK is not what was requested; nothing was moved");
    return journal_.append(permanent_as_before(entry));
  }
  const Move way = move_of(entry.step);
  const Id& id = moved_by(entry);
  // When the source is whole it is copied again, even if the target looks done: its last cells may be half programmed.
  const bool is_moved = slots_.holds(way.from, entry.part, id) ? slots_.copy(way.from, way.to, entry.part, id)
                                                               : slots_.holds(way.to, entry.part, id);
  if (is_moved) return journal_.append(next_step(entry));
  board_.console.say("boot: a step of the update cannot be done; the images before it are brought back");
  return journal_.append(restore_step(entry));
}

bool Boot::finish(const Entry& entry) {
  if (entry.cause == Cause::revert) return journal_.append(permanent_as_before(entry));
  fault_ = slots_.judge(pair_in_work);
  if (fault_ != Fault::none) return journal_.append(first_step(entry, Cause::revert));
  is_fresh_trial_ = journal_.append(trial(entry, 1));
  return is_fresh_trial_;
}

// Looks first whether all of them are somewhere, and erases nothing before. What is in WORK is the last choice: a cut
// may have left it half programmed.
bool Boot::restore(const Entry& entry) {
  std::array<Area, part_count> from{};
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    bool is_found = !has(entry.parts, part);
    for (const Area area : {Area::scratch, Area::park, Area::work}) {
      if (is_found || !slots_.holds(area, part, entry.work_ids[i])) continue;
      from[i] = area;
      is_found = true;
    }
    if (!is_found) return false;
  }
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    if (!has(entry.parts, part) || from[i] == Area::work) continue;
    if (!slots_.copy(from[i], Area::work, part, entry.work_ids[i])) return false;
  }
  return journal_.append(permanent_as_before(entry));
}

}  // namespace signet::boot
