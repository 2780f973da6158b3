#include "factory/line.h"

#include <fmt/format.h>

namespace signet::factory {
namespace {

bool is_faulty_part(Errc code) { return code == Errc::conflict || code == Errc::corrupt || code == Errc::malformed; }

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

}  // namespace

std::string sentence_of(const Progress& progress, std::size_t count) {
  std::string out =
      count == 0 ? fmt::format("{} made", progress.made) : fmt::format("{} of {} made", progress.made, count);
  if (progress.scrapped > 0) out += fmt::format(", {} scrapped", progress.scrapped);
  if (progress.failed > 0) out += fmt::format(", {} failed", progress.failed);
  const double seconds = static_cast<double>(progress.elapsed.count()) / 1e6;
  if (progress.made == 0 || seconds <= 0) return out;
  const double a_second = static_cast<double>(progress.made) / seconds;
  out += fmt::format(", {:.1f} a minute", a_second * 60);
  if (count > progress.made) out += ", " + duration(static_cast<double>(count - progress.made) / a_second) + " left";
  return out;
}

struct Line::Place {
  const PlacePlan& plan;
  std::unique_ptr<element::Link> link;
  std::string last;  // what it did last, and may still lie there
};

Line::~Line() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

Status Line::start(LinePlan plan, TellEntry tell) {
  if (plan.places.empty() || plan.places.size() > places_max) {
    return Error{Errc::malformed, "a line has 1 to " + std::to_string(places_max) + " places"};
  }
  std::set<std::string> links;
  for (const PlacePlan& place : plan.places) {
    if (!links.insert(place.link).second) return Error{Errc::malformed, "two places have the link " + place.link};
  }
  plan_ = std::move(plan);
  tell_ = std::move(tell);
  begun_ = clock_.monotonic();
  const std::scoped_lock guard{lock_};
  working_ = plan_.places.size();
  for (const PlacePlan& place : plan_.places) threads_.emplace_back([this, &place] { work(place); });
  return {};
}

bool Line::wait(Millis longest) {
  std::unique_lock guard{lock_};
  return changed_.wait_for(guard, longest, [&] { return working_ == 0; });
}

void Line::stop() {
  const std::scoped_lock guard{lock_};
  stopped_ = true;
  changed_.notify_all();
}

Progress Line::progress() {
  const std::scoped_lock guard{lock_};
  return progress_now();
}

// REQUIRES: lock_ is held.
Progress Line::progress_now() const {
  Progress out = progress_;
  out.elapsed = clock_.monotonic() - begun_;
  return out;
}

Status Line::result() {
  const std::scoped_lock guard{lock_};
  return result_;
}

// REQUIRES: lock_ is held.
bool Line::is_over() const { return stopped_ || (plan_.count > 0 && progress_.made >= plan_.count); }

// False when the line is over.
bool Line::pause() {
  std::unique_lock guard{lock_};
  changed_.wait_for(guard, presence_poll_interval, [&] { return is_over(); });
  return !is_over();
}

// Nobody begins a unit more than were asked for, nor one that another place holds. False when the line is over.
bool Line::take_ticket(const std::string& unique_id) {
  std::unique_lock guard{lock_};
  const auto is_free = [&] {
    const bool is_wanted = plan_.count == 0 || progress_.made + in_hand_.size() < plan_.count;
    return is_wanted && !in_hand_.contains(unique_id);
  };
  changed_.wait(guard, [&] { return is_over() || is_free(); });
  if (is_over()) return false;
  in_hand_.insert(unique_id);
  return true;
}

// The id of an element that was put on; nothing when the line is over, or, once, when there is none.
std::optional<std::string> Line::await_element(Place& place) {
  do {
    Status status;
    if (!place.link) {
      auto link = open_link_(place.plan.link);
      if (link) place.link = std::move(link).value();
      if (!link) status = std::move(link).error();
      if (!status && status.error().code == Errc::malformed) return give_up(std::move(status).error()), std::nullopt;
    }
    if (place.link) {
      const auto uid = element::Atecc{*place.link}.uid();
      const std::string id = uid ? hex(uid.value()) : "";
      if (uid && id != place.last) return id;
      if (!uid) {
        status = uid.error();
        place.link.reset();
        place.last.clear();  // taken off: the next one may even be the same
      }
    }
    if (plan_.once) {
      finish({clock_.now(), "", place.plan.link, Outcome::failed, 1, Micros{0}, status ? "" : status.error().what});
      return std::nullopt;
    }
  } while (pause());
  return std::nullopt;
}

Result<Outcome> Line::attempt(Place& place, const std::string& unique_id) {
  const bool was_there = batch_.contains(unique_id);  // then the element still has to prove that it is that unit
  element::Atecc chip{*place.link};
  Station station{authority_, batch_, clock_, random_};
  TRY(station.personalise(chip, place.plan.part, [](std::string_view) {}));
  return was_there ? Outcome::present : Outcome::made;
}

Entry Line::personalise(Place& place, const std::string& unique_id) {
  Entry out;
  out.unique_id = unique_id;
  out.place = place.plan.link;
  const Instant begun = clock_.monotonic();
  const auto issued = authority_.ledger().find(unique_id);
  if (!issued || (issued.value() && issued.value()->batch != batch_.name())) {
    out.reason = issued ? "it belongs to batch " + issued.value()->batch : issued.error().what;
    out.at = clock_.now();
    return out;
  }
  for (;; ++out.tries) {
    const auto outcome = attempt(place, unique_id);
    if (!outcome && outcome.error().code == Errc::unavailable && out.tries < tries_max) continue;
    out.outcome = outcome                                ? outcome.value()
                  : is_faulty_part(outcome.error().code) ? Outcome::scrapped
                                                         : Outcome::failed;
    if (!outcome) out.reason = outcome.error().what;
    out.took = clock_.monotonic() - begun;
    out.at = clock_.now();
    return out;
  }
}

void Line::finish(const Entry& entry) {
  Status recorded = record(batch_, entry);
  if (!recorded) give_up(std::move(recorded).error());  // the disk is full or gone: no more parts are spent on it
  const std::scoped_lock guard{lock_};
  in_hand_.erase(entry.unique_id);
  switch (entry.outcome) {
    case Outcome::made: ++progress_.made; break;
    case Outcome::present: ++progress_.present; break;
    case Outcome::scrapped: ++progress_.scrapped; break;
    case Outcome::failed: ++progress_.failed; break;
  }
  tell_(entry, progress_now());
  changed_.notify_all();
}

void Line::give_up(Error why) {
  const std::scoped_lock guard{lock_};
  result_ = std::move(why);
  stopped_ = true;
  changed_.notify_all();
}

void Line::work(const PlacePlan& plan) {
  Place place{plan, nullptr, ""};
  while (const auto id = await_element(place)) {
    if (!take_ticket(*id)) break;
    finish(personalise(place, *id));
    place.last = *id;
    if (plan_.once) break;
  }
  const std::scoped_lock guard{lock_};
  --working_;
  changed_.notify_all();
}

}  // namespace signet::factory
