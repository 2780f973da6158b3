#include "boot/boot.h"

#include "boot/plan.h"

namespace signet::boot {
namespace {

// An update both ways and a restore are 20 entries; more is a journal that somebody wrote by hand.
constexpr int most_entries = 40;

}  // namespace

using image::Fault;

Outcome Boot::go(Outcome run, const char* line) {
  board_.console.say(line);
  return run;
}

// What was to be done cannot be. WORK still runs when it may.
Outcome Boot::stuck() {
  const Fault fault = slots_.judge(pair_in_work);
  if (fault == Fault::none) return go(Outcome::rescue, "boot: WORK runs; the update cannot go on");
  fault_ = fault;
  is_damaged_ = true;
  board_.console.say(image::words_of(fault));
  return go(Outcome::nothing, "boot: no image may run; send a signed one over this console");
}

Outcome Boot::start(Reset why) {
  journal_.load();
  is_damaged_ = is_fresh_trial_ = false;
  if (!journal_.is_empty() && !journal_.is_settled()) journal_.append(journal_.newest());
  for (int turn = 0; turn < most_entries; ++turn) {
    if (journal_.is_empty()) {
      if (!adopt()) return stuck();
      continue;
    }
    switch (journal_.newest().status) {
      case Status::pending:
        if (!step()) return stuck();
        break;
      case Status::testing:
        if (is_fresh_trial_) return go(Outcome::trial, "boot: TESTING");
        if (!after_trial(why)) return stuck();
        break;
      case Status::permanent:
        fault_ = slots_.judge(pair_in_work);
        if (fault_ == Fault::none) {
          if (!slots_.settle()) board_.console.say("boot: counters or keys could not be brought up to date");
          return go(Outcome::permanent, "boot: PERMANENT");
        }
        board_.console.say("boot: WORK is damaged; looks for images that may run");
        if (!recover()) return stuck();
        break;
    }
  }
  return stuck();
}

// The first start of a board, or a journal that was lost.
bool Boot::adopt() {
  Pair pair{};
  if (!slots_.find_pair(pair)) return false;
  if (pair != pair_in_work) return begin_restore(pair);
  Entry entry{.work = 1};
  for (std::size_t i = 0; i < part_count; ++i) slots_.identify(Area::work, static_cast<Part>(i), entry.work_ids[i]);
  return journal_.append(entry);
}

bool Boot::recover() {
  Pair pair{};
  return slots_.find_pair(pair) && pair != pair_in_work && begin_restore(pair);
}

bool Boot::begin_restore(const Pair& pair) {
  Entry of{.parts = parts_all, .work = 1};
  if (!journal_.is_empty()) {
    const Entry& newest = journal_.newest();
    of.work = (newest.work > newest.park ? newest.work : newest.park) + 1;
  }
  for (std::size_t i = 0; i < part_count; ++i) {
    if (!slots_.identify(pair[i], static_cast<Part>(i), of.work_ids[i])) return false;
  }
  return journal_.append(restore_step(of));
}

bool Boot::can_go_back(const Entry& entry) {
  for (std::size_t i = 0; i < part_count; ++i) {
    const Part part = static_cast<Part>(i);
    if (has(entry.parts, part) && !slots_.holds(Area::park, part, entry.work_ids[i])) return false;
  }
  return true;
}

// The board was reset in a trial that nobody confirmed.
bool Boot::after_trial(Reset why) {
  const Entry entry = journal_.newest();
  fault_ = slots_.judge(pair_in_work);
  if (why == Reset::power && entry.attempt < board_.trial_attempts && fault_ == Fault::none) {
    is_fresh_trial_ = journal_.append(trial(entry, static_cast<std::uint8_t>(entry.attempt + 1)));
    return is_fresh_trial_;
  }
  if (can_go_back(entry)) {
    board_.console.say("boot: the trial was not confirmed; goes back");
    return journal_.append(first_step(entry, Cause::revert));
  }
  return fault_ != Fault::none && recover();
}

}  // namespace signet::boot
