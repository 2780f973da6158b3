#include "boot/plan.h"

namespace signet::boot {
namespace {

Part first_of(Parts parts) { return has(parts, Part::os) ? Part::os : Part::application; }

Entry same_update(const Entry& of) {
  return {.parts = of.parts, .work = of.work, .park = of.park, .work_ids = of.work_ids, .park_ids = of.park_ids};
}

}  // namespace

Entry first_step(const Entry& of, Cause cause) {
  Entry out = same_update(of);
  out.status = Status::pending;
  out.step = Step::work_to_scratch;
  out.part = first_of(of.parts);
  out.cause = cause;
  return out;
}

bool is_first_step(const Entry& entry) {
  return entry.status == Status::pending && entry.step == Step::work_to_scratch && entry.part == first_of(entry.parts);
}

Entry next_step(const Entry& of) {
  Entry out = of;
  if (of.step == Step::work_to_scratch) {
    out.step = Step::park_to_work;
  } else if (of.step == Step::park_to_work) {
    out.step = Step::scratch_to_park;
  } else if (of.part == Part::os && has(of.parts, Part::application)) {
    out.step = Step::work_to_scratch;
    out.part = Part::application;
  } else {
    out.step = Step::done;
  }
  return out;
}

Entry restore_step(const Entry& of) {
  Entry out = same_update(of);
  out.status = Status::pending;
  out.step = Step::restore;
  out.cause = Cause::restore;
  return out;
}

Entry trial(const Entry& of, std::uint8_t attempt) {
  Entry out = same_update(of);
  out.status = Status::testing;
  out.attempt = attempt;
  return out;
}

Entry permanent_as_before(const Entry& of) {
  Entry out = same_update(of);
  out.status = Status::permanent;
  return out;
}

Entry permanent_as_confirmed(const Entry& of) {
  Entry out = permanent_as_before(of);
  out.work = of.park;
  out.park = of.work;
  out.work_ids = of.park_ids;
  out.park_ids = of.work_ids;
  return out;
}

Move move_of(Step step) {
  if (step == Step::work_to_scratch) return {Area::work, Area::scratch};
  if (step == Step::park_to_work) return {Area::park, Area::work};
  return {Area::scratch, Area::park};
}

const Id& moved_by(const Entry& entry) {
  const bool is_new = (entry.step == Step::park_to_work) != (entry.cause == Cause::revert);
  return (is_new ? entry.park_ids : entry.work_ids)[static_cast<std::size_t>(entry.part)];
}

Pair pair_with(Parts from_park) {
  Pair pair = pair_in_work;
  for (std::size_t i = 0; i < part_count; ++i) {
    if (has(from_park, static_cast<Part>(i))) pair[i] = Area::park;
  }
  return pair;
}

}  // namespace signet::boot
