#include "element/emulator/keeper.h"

namespace signet::element::emulator {

Result<Keeper> Keeper::open(const Places& places, const std::function<Memory()>& new_chip) {
  StateFile state = TRY(StateFile::open(places.state));
  std::optional<FuseFile> fuses;
  if (!places.fuses.empty()) fuses = TRY(FuseFile::open(places.fuses));
  Keeper keeper{std::move(state), std::move(fuses)};
  TRY(keeper.load(new_chip));
  return keeper;
}

Status Keeper::load(const std::function<Memory()>& new_chip) {
  std::optional<Fuses> seen;
  if (fuses_) {
    auto found = fuses_->load();
    if (!found && found.error().code != Errc::not_found) return found.error();
    if (found) seen = found.value();
  }
  if (seen) return load_against(*seen);

  auto found = state_.load();
  if (found) {
    saved_ = std::move(found).value();
  } else if (found.error().code == Errc::not_found) {
    saved_ = {.memory = new_chip(), .generation = 1};
    is_new_ = true;
    TRY(state_.store(saved_));
  } else {
    return found.error();
  }
  return fuses_ ? fuses_->store(fuses_of(saved_)) : Status{};
}

// The fuses are one step behind when the power went between the two writes: they catch up.
Status Keeper::load_against(const Fuses& seen) {
  auto found = state_.load();
  if (!found && found.error().code == Errc::not_found) {
    return Error{Errc::not_found, state_.path() + " is missing, and " + fuses_->path() + " knows chip " +
                                      hex(seen.serial) +
                                      ": put its state file back, or use other fuses for a new chip"};
  }
  saved_ = TRY(std::move(found));
  if (Status checked = check_against(seen, saved_); !checked) return std::move(checked).error().within(state_.path());
  const Fuses now = fuses_of(saved_);
  return now == seen ? Status{} : fuses_->store(now);
}

// The generation grows also when writing fails: what may lie on the disk by then is never taken for what comes next.
Status Keeper::keep(const Memory& memory) {
  ++saved_.generation;
  const Memory before = saved_.memory;
  saved_.memory = memory;
  Status kept = state_.store(saved_);
  if (kept && fuses_) kept = fuses_->store(fuses_of(saved_));
  if (!kept) saved_.memory = before;
  return kept;
}

}  // namespace signet::element::emulator
