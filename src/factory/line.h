// line.h -- several places side by side: at each, one element after the other becomes a unit of the batch.
//
// A place is a link and a thread. It waits for an element that it has not just done, personalises it, says so, and
// waits for the next. The ledger, the batch and the token are shared; the token signs for one place at a time.
#pragma once

#include "factory/station.h"
#include "factory/yield.h"

#include <condition_variable>
#include <set>
#include <thread>

namespace signet::factory {

inline constexpr std::size_t places_max = 64;
inline constexpr unsigned tries_max = 3;              // of one element, when the bus fails
inline constexpr Millis presence_poll_interval{100};  // how soon an element that was put on is seen

struct PlacePlan {
  std::string link;
  Part part;  // how the manifest names what is put on here
};

struct LinePlan {
  std::vector<PlacePlan> places;
  std::size_t count = 0;  // units to make; 0: until stopped
  bool once = false;      // one element a place, which must be there
};

struct Progress {
  std::size_t made = 0;
  std::size_t present = 0;
  std::size_t scrapped = 0;
  std::size_t failed = 0;
  Micros elapsed{0};
};
// "12 of 100 made, 1 scrapped, 35.2 a minute, 2 min 30 s left"; `count` 0: no end is known.
std::string sentence_of(const Progress& progress, std::size_t count);

class Line {
 public:
  using OpenLink = std::function<Result<std::unique_ptr<element::Link>>(const std::string& name)>;
  // From the places' threads, one call at a time, with the progress that includes the entry. Must not call the line.
  using TellEntry = std::function<void(const Entry&, const Progress&)>;

  // All must outlive the line.
  Line(Authority& authority, Batch& batch, Clock& clock, crypto::Random& random, OpenLink open_link)
      : authority_(authority), batch_(batch), clock_(clock), random_(random), open_link_(std::move(open_link)) {}
  ~Line();

  // malformed when there is no place, too many, or one of them twice. Call it once.
  Status start(LinePlan plan, TellEntry tell);
  // Waits at most so long; true when all places have ended.
  bool wait(Millis longest);
  // Places finish the unit in hand and end.
  void stop();

  Progress progress();
  // Why the line ended before its time: a link of no known scheme, an entry that could not be recorded. After wait()
  // said true.
  Status result();

 private:
  struct Place;
  void work(const PlacePlan& plan);
  std::optional<std::string> await_element(Place& place);
  Entry personalise(Place& place, const std::string& unique_id);
  Result<Outcome> attempt(Place& place, const std::string& unique_id);
  void finish(const Entry& entry);
  void give_up(Error why);
  bool take_ticket(const std::string& unique_id);
  bool pause();
  bool is_over() const;
  Progress progress_now() const;

  Authority& authority_;
  Batch& batch_;
  Clock& clock_;
  crypto::Random& random_;
  OpenLink open_link_;
  LinePlan plan_;
  TellEntry tell_;
  Instant begun_;

  std::mutex lock_;  // guards all below
  std::condition_variable changed_;
  std::set<std::string> in_hand_;
  Progress progress_;
  std::size_t working_ = 0;
  bool stopped_ = false;
  Status result_;
  std::vector<std::thread> threads_;
};

}  // namespace signet::factory
