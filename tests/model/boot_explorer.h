// explorer.h -- plays a story on a board, and cuts the power before, within and after each change it makes; then again
// while the board comes back.
#pragma once

#include "boot_judge.h"

#include <unordered_set>

namespace signet::boot {

struct Findings {
  std::size_t changes = 0;  // of all runs that were cut
  std::size_t cuts = 0;
  std::size_t states = 0;  // different ones that a power-on found
  std::vector<std::string> wrong;
  void add(const std::string& what, const std::string& where) {
    if (!what.empty() && wrong.size() < 20) wrong.push_back(where + ": " + what);
  }
};

// A mutant loses one entry of the journal (and its repetition at the next start), or writes it after the change that
// follows, or before the one that it follows; or never writes again what it found when it came back.
enum class Harm : std::uint8_t { none, lost, late, early, unrepeated };
struct Mutant {
  Harm harm = Harm::none;
  std::size_t change = 0;  // which one of the story
};

enum class Written : std::uint8_t { no, entry, repeated };  // by a change, to the journal

class Explorer;

// One board on its way through a story.
class Play {
 public:
  Play(Explorer& explorer, Memory_for_test start, const Story& told, std::size_t cuts_left);
  Play(const Play&) = delete;

  // What does not go as wanted is a finding.
  Outcome start(Reset why, std::optional<Outcome> wanted = {});
  void download();  // the new images of the parts that the story is about
  void request(bool must_be_taken = true);
  void confirm();
  void bring_to_life();  // a new pair over the console, on a board that runs nothing
  void mutate(Mutant mutant) { mutant_ = mutant; }

  Memory_for_test memory;
  Story story;
  std::size_t changes = 0;
  std::vector<Written> written;  // by change

 private:
  bool before(const Change& change);
  bool harm(const Change& change, std::size_t index);
  Written classify(const Change& change);
  void overlay(std::uint32_t at, std::span<std::uint8_t> out) const;
  void cut_at(const Change& change);
  std::string where() const;

  Explorer& explorer_;
  Parts_for_test parts_;
  std::optional<Boot> boot_;
  std::size_t cuts_left_;
  Mutant mutant_;
  std::vector<Change> held_;  // the memory does not have them yet, and the board believes that it has
  std::vector<std::uint8_t> last_entry_;
};

using Tale = std::function<void(Play&)>;

class Explorer {
 public:
  explicit Explorer(const Scene_for_test& scene) : scene_(scene), judge_(scene, crypto_) {}

  // Plays it with power cuts, `cuts` of them at the most, and once without. Which changes were writes of the journal.
  std::vector<Written> explore(const Memory_for_test& from, const Story& story, const Tale& tale, std::size_t cuts,
                               Mutant mutant = {});

  Findings findings;
  Harm on_return = Harm::none;
  bool prove_usable = true;  // of every board that came back: it can be updated

 private:
  friend class Play;
  void check_usable(Memory_for_test memory, Story story, Outcome run);
  void come_back(Memory_for_test memory, const Story& story, std::size_t cuts_left, const std::string& where);
  bool is_new(const Memory_for_test& memory, const Story& story, std::size_t cuts_left);

  const Scene_for_test& scene_;
  CachedCrypto_for_test crypto_;
  Judge judge_;
  std::array<std::unordered_set<std::uint64_t>, 3> seen_;  // by cuts left
};

inline Play::Play(Explorer& explorer, Memory_for_test start, const Story& told, std::size_t cuts_left)
    : memory(std::move(start)),
      story(told),
      explorer_(explorer),
      parts_(explorer.scene_, memory, explorer.crypto_),
      cuts_left_(cuts_left) {
  parts_.board.trial_attempts = told.attempts;
  parts_.hardware.before = [this](const Change& change) { return before(change); };
  parts_.hardware.after_read = [this](std::uint32_t at, std::span<std::uint8_t> out) { overlay(at, out); };
  boot_.emplace(parts_.board);
  if (const std::optional<Entry> entry = explorer_.judge_.newest(memory)) {
    const EntryBytes bytes = encode(*entry, explorer_.crypto_);
    last_entry_.assign(bytes.begin() + 8, bytes.begin() + 88);
  }
}

inline std::string Play::where() const { return "change " + std::to_string(changes); }

inline void Play::overlay(std::uint32_t at, std::span<std::uint8_t> out) const {
  for (const Change& held : held_) {
    if (held.kind > Change::erase) continue;
    const std::size_t size = held.kind == Change::program ? held.data.size() : memory.sector_bytes;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint32_t here = at + static_cast<std::uint32_t>(i);
      if (here < held.at || here >= held.at + size) continue;
      out[i] = held.kind == Change::erase ? 0xff : out[i] & held.data[here - held.at];
    }
  }
}

// The same as the last one, but for its counter and its check.
inline Written Play::classify(const Change& change) {
  const Place& last_bank = explorer_.scene_.map.journal[1];
  if (change.kind != Change::program || change.at >= last_bank.at + last_bank.bytes) return Written::no;
  const std::vector<std::uint8_t> entry{change.data.begin() + 8, change.data.begin() + 88};
  return std::exchange(last_entry_, entry) == entry ? Written::repeated : Written::entry;
}

inline bool Play::before(const Change& change) {
  explorer_.findings.add(explorer_.judge_.change(memory, change, story), where());
  if (cuts_left_ > 0) cut_at(change);
  written.push_back(classify(change));
  const std::size_t index = changes++;
  return mutant_.harm != Harm::none && harm(change, index);
}

inline bool Play::harm(const Change& change, std::size_t index) {
  if (mutant_.harm == Harm::unrepeated) {
    if (written.back() != Written::repeated) return false;
    held_.push_back(change);
    return true;
  }
  if (index == mutant_.change - (mutant_.harm == Harm::early ? 1 : 0) ||
      (!held_.empty() && mutant_.harm != Harm::early && written.back() == Written::repeated)) {
    held_.push_back(change);
    return true;
  }
  if (held_.empty() || mutant_.harm == Harm::lost) return false;
  memory.apply(change);
  for (const Change& held : std::exchange(held_, {})) {
    explorer_.findings.add(explorer_.judge_.change(memory, held, story), where());
    memory.apply(held);
  }
  return true;
}

inline void Play::cut_at(const Change& change) {
  static constexpr Torn of_program[] = {Torn::nothing, Torn::all, Torn::half, Torn::bits};
  static constexpr Torn of_erase[] = {Torn::nothing, Torn::all, Torn::half, Torn::bits, Torn::cleared, Torn::noise};
  static constexpr Torn of_rest[] = {Torn::nothing, Torn::all};
  std::span<const Torn> ways = of_rest;
  if (change.kind == Change::program) ways = of_program;
  if (change.kind == Change::erase) ways = of_erase;
  ++explorer_.findings.changes;
  for (const Torn torn : ways) {
    Memory_for_test left = memory;
    const auto seed = static_cast<std::uint32_t>(changes * 8 + static_cast<std::size_t>(torn));
    left.shake(seed);
    left.tear(change, torn, seed);
    explorer_.come_back(std::move(left), story, cuts_left_ - 1,
                        where() + " torn " + std::to_string(static_cast<int>(torn)));
  }
}

inline Outcome Play::start(Reset why, std::optional<Outcome> wanted) {
  if (mutant_.harm == Harm::lost) held_.clear();
  boot_.emplace(parts_.board);
  const Outcome run = boot_->start(why);
  if (run == Outcome::trial) ++story.trials;
  if (wanted && run != *wanted) explorer_.findings.add("does not run as it should", where() + ", start");
  explorer_.findings.add(explorer_.judge_.outcome(memory, story, run), where() + ", start");
  explorer_.findings.add(explorer_.judge_.journal(memory), where() + ", start");
  for (const std::string& violation : std::exchange(memory.violations, {})) explorer_.findings.add(violation, where());
  return run;
}

inline void Play::download() {
  for (std::size_t part = 0; part < part_count; ++part) {
    if (!story.concerns(part)) continue;
    if (parts_.download(*boot_, static_cast<Part>(part), story.new_images[part]) != Answer::done)
      explorer_.findings.add("PARK cannot be written", where());
  }
}

inline void Play::request(bool must_be_taken) {
  story.requested = true;
  story.trials = 0;
  if (boot_->request(story.parts) != Answer::done && must_be_taken)
    explorer_.findings.add("the request is refused", where());
}

inline void Play::bring_to_life() {
  download();
  request();
  start(Reset::request, Outcome::permanent);
}

inline void Play::confirm() {
  story.confirm_called = true;
  if (boot_->confirm() != Answer::done) explorer_.findings.add("the confirmation is refused", where());
  story.confirm_done = true;
  const std::optional<Entry> entry = explorer_.judge_.newest(memory);
  if (!entry || entry->status != Status::permanent)
    explorer_.findings.add("a confirmation is not on the flash", where());
}

inline std::vector<Written> Explorer::explore(const Memory_for_test& from, const Story& story, const Tale& tale,
                                              std::size_t cuts, Mutant mutant) {
  Play play{*this, from, story, cuts};
  play.mutate(mutant);
  tale(play);
  findings.add(judge_.journal(play.memory), "at the end");
  return play.written;
}

inline bool Explorer::is_new(const Memory_for_test& memory, const Story& story, std::size_t cuts_left) {
  const std::string_view bytes{reinterpret_cast<const char*>(memory.bytes.data()), memory.bytes.size()};
  std::uint64_t hash = std::hash<std::string_view>{}(bytes);
  const auto add = [&hash](std::uint64_t value) { hash = (hash ^ value) * 0x9e3779b97f4a7c15u + (hash >> 29); };
  for (const std::uint32_t counter : memory.counters) add(counter);
  add(memory.keys.size());
  add(static_cast<std::uint64_t>(story.requested) | static_cast<std::uint64_t>(story.confirm_called) << 1 |
      static_cast<std::uint64_t>(story.confirm_done) << 2 | static_cast<std::uint64_t>(story.going_back) << 3 |
      static_cast<std::uint64_t>(story.trials) << 4);
  return seen_[cuts_left].insert(hash).second;
}

// The power is back, and nothing else is known.
inline void Explorer::come_back(Memory_for_test memory, const Story& story, std::size_t cuts_left,
                                const std::string& where) {
  ++findings.cuts;
  if (!is_new(memory, story, cuts_left)) return;
  ++findings.states;
  findings.add(judge_.survivors(memory, story), where);
  findings.add(judge_.journal(memory), where);
  const std::optional<Entry> entry = judge_.newest(memory);
  const bool goes_on = entry && entry->status == Status::pending && entry->cause == Cause::update && !story.rescue;
  Play play{*this, std::move(memory), story, cuts_left};
  if (on_return == Harm::unrepeated) play.mutate({on_return, 0});
  const std::size_t before = findings.wrong.size();
  const Outcome run = play.start(Reset::power);
  if (run == Outcome::nothing && story.dead) play.bring_to_life();
  if (goes_on && run != Outcome::trial) findings.add("an update that had begun does not go on", where);
  if (findings.wrong.size() > before) findings.add("(found after this cut)", where);
  if (prove_usable && cuts_left == 0) check_usable(std::move(play.memory), play.story, run);
}

// Ends a trial in both ways, then brings the whole update once more.
inline void Explorer::check_usable(Memory_for_test memory, Story story, Outcome run) {
  if (run == Outcome::trial) {
    Play confirmed{*this, memory, story, 0};
    confirmed.confirm();
    confirmed.start(Reset::power, Outcome::permanent);
    Play back{*this, std::move(memory), story, 0};
    back.story.going_back = true;
    back.start(Reset::watchdog, Outcome::permanent);
    memory = back.memory;
    story = back.story;
  }
  if (memory.counters == story.new_counters || story.rescue) return;
  Play again{*this, std::move(memory), story, 0};
  again.start(Reset::power, Outcome::permanent);
  again.download();
  again.request();
  again.start(Reset::request, Outcome::trial);
  again.confirm();
  again.start(Reset::power, Outcome::permanent);
}

}  // namespace signet::boot
