// judge.h -- what must be true of a board's flash, whatever happened to it. It knows the boot code's formats and none
// of its decisions.
#pragma once

#include "boot/scene_for_test.h"

#include <algorithm>
#include <functional>

namespace signet::boot {

// What the outside did, and so what it may expect.
struct Story {
  Parts parts = 0;
  Images old_images, new_images;
  std::array<std::uint32_t, part_count> old_counters{1, 1}, new_counters{1, 1};
  bool is_key_new = false;    // the new images introduce one
  std::uint8_t attempts = 1;  // of a trial
  bool requested = false;     // request() was called; it may have been done
  bool confirm_called = false;
  bool confirm_done = false;
  std::uint8_t trials = 0;  // that were started since the request
  bool going_back = false;  // the watchdog ended the trial
  bool rescue = false;      // WORK was damaged on purpose, or a part of the flash does not hold: old or new will do

  bool dead = false;  // nothing may run on it, until it is given a pair over its console

  bool concerns(std::size_t part) const { return (parts & (1u << part)) != 0; }
};

class Judge {
 public:
  Judge(const Scene_for_test& scene, Crypto& crypto) : scene_(scene), crypto_(crypto) {}

  // Asked at every change, so it decodes one entry and not all: from the largest counter down to the first that holds.
  std::optional<Entry> newest(const Memory_for_test& memory) const {
    std::vector<std::pair<std::uint32_t, const std::uint8_t*>> slots;
    for_each_slot(memory, [&](const std::uint8_t* slot) {
      slots.emplace_back(slot[4] | slot[5] << 8 | slot[6] << 16 | static_cast<std::uint32_t>(slot[7]) << 24, slot);
    });
    std::ranges::sort(slots, std::greater{});
    Entry entry;
    for (const auto& [counter, slot] : slots) {
      if (read(slot, entry)) return entry;
    }
    return {};
  }

  // Each entry follows from the one before it.
  std::string journal(const Memory_for_test& memory) const {
    std::vector<Entry> entries;
    for_each(memory, [&](const Entry& entry) { entries.push_back(entry); });
    std::ranges::sort(entries, {}, &Entry::counter);
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (entries[i].counter == entries[i - 1].counter) return "two entries have the same counter";
      if (!may_follow(entries[i - 1], entries[i]))
        return "the journal is not legal at " + words(entries[i - 1], entries[i]);
    }
    return {};
  }

  // Write-ahead: a change is what the newest entry that is in the flash says it is.
  std::string change(const Memory_for_test& memory, const Change& change, const Story& story) const {
    const std::optional<Entry> entry = newest(memory);
    if (change.kind > Change::erase) {
      const bool may = entry && entry->status == Status::permanent && story.confirm_called;
      return may ? "" : "counters or keys change before the confirmation is in the journal";
    }
    for (const Place& bank : scene_.map.journal) {
      if (change.at < bank.at || change.at >= bank.at + bank.bytes) continue;
      const bool loses = change.kind == Change::erase && entry && bank_of(memory, *entry) == &bank;
      return loses ? "erases the bank that holds" : "";
    }
    for (std::size_t area = 0; area < area_count; ++area) {
      for (std::size_t part = 0; part < part_count; ++part) {
        const Place& place = scene_.map.areas[area][part];
        if (change.at < place.at || change.at >= place.at + place.bytes) continue;
        if (story.dead && static_cast<Area>(area) == Area::park) return {};
        return entry && may_change(*entry, static_cast<Area>(area), part) ? ""
                                                                          : "changes what the journal does not say";
      }
    }
    return "changes what belongs to nothing";
  }

  // At power-on: of each image that the update is about, a whole copy is somewhere.
  std::string survivors(const Memory_for_test& memory, const Story& story) const {
    const std::optional<Entry> entry = newest(memory);
    if (story.rescue || !entry || entry->status == Status::permanent) return {};
    for (std::size_t part = 0; part < part_count; ++part) {
      if (!story.concerns(part)) continue;
      if (!is_somewhere(memory, part, story.old_images[part])) return "the old image is lost";
      if (!is_somewhere(memory, part, story.new_images[part])) return "the new image is lost";
    }
    return {};
  }

  // After a start.
  std::string outcome(const Memory_for_test& memory, const Story& story, Outcome run) const {
    if (run == Outcome::nothing && story.dead) return {};
    if (run != Outcome::permanent && run != Outcome::trial) return "nothing boots";
    const std::optional<Entry> entry = newest(memory);
    if (!entry || entry->status != (run == Outcome::trial ? Status::testing : Status::permanent))
      return "runs as something else than the journal says";
    const bool is_old = is_pair(memory, story.old_images), is_new = is_pair(memory, story.new_images);
    if (story.dead && is_mixture(memory, story)) return {};
    if (!is_old && !is_new) return "what boots is neither the old pair nor the new one";
    if (story.rescue) return {};
    if (run == Outcome::trial) return trial(memory, story, *entry, is_new);
    if (is_new && !story.confirm_called) return "the new pair is permanent without a confirmation";
    if (story.confirm_done && !is_new) return "what was confirmed is gone";
    if (memory.counters != (is_new ? story.new_counters : story.old_counters))
      return "a counter is not as it should be";
    if (memory.keys.size() != (is_new && story.is_key_new ? 2u : 1u)) return "the keys are not as they should be";
    return {};
  }

 private:
  template <class Take>
  void for_each_slot(const Memory_for_test& memory, const Take& take) const {
    for (const Place& bank : scene_.map.journal) {
      for (std::uint32_t slot = 0; slot < journal_slots; ++slot) {
        const std::uint8_t* at = memory.bytes.data() + bank.at + slot * journal_slot_bytes;
        if (std::memcmp(at, "SGJ1", 4) == 0) take(at);
      }
    }
  }
  bool read(const std::uint8_t* slot, Entry& out) const {
    return decode(std::span<const std::uint8_t, entry_bytes>{slot, entry_bytes}, crypto_, out);
  }
  template <class Take>
  void for_each(const Memory_for_test& memory, const Take& take) const {
    Entry entry;
    for_each_slot(memory, [&](const std::uint8_t* slot) {
      if (read(slot, entry)) take(entry);
    });
  }

  const Place* bank_of(const Memory_for_test& memory, const Entry& entry) const {
    const EntryBytes bytes = encode(entry, crypto_);
    for (const Place& bank : scene_.map.journal) {
      for (std::uint32_t slot = 0; slot < journal_slots; ++slot) {
        if (std::equal(bytes.begin(), bytes.end(), memory.bytes.begin() + bank.at + slot * journal_slot_bytes))
          return &bank;
      }
    }
    return nullptr;
  }

  static bool may_change(const Entry& entry, Area area, std::size_t part) {
    const bool is_its_part = static_cast<std::size_t>(entry.part) == part;
    if (entry.status == Status::permanent) return area == Area::park;
    if (entry.status == Status::testing) return false;
    switch (entry.step) {
      case Step::work_to_scratch: return area == Area::scratch && is_its_part;
      case Step::park_to_work: return area == Area::work && is_its_part;
      case Step::scratch_to_park: return area == Area::park && is_its_part;
      case Step::restore: return area == Area::work && (entry.parts & (1u << part)) != 0;
      default: return false;
    }
  }

  static bool is_same_update(const Entry& a, const Entry& b) {
    return a.parts == b.parts && a.work == b.work && a.park == b.park && a.work_ids == b.work_ids &&
           a.park_ids == b.park_ids;
  }
  static bool is_step(const Entry& e, Step step, Cause cause) {
    return e.status == Status::pending && e.step == step && e.cause == cause;
  }
  static bool is_first(const Entry& e, Cause cause) {
    return is_step(e, Step::work_to_scratch, cause) && (e.part == Part::os || (e.parts & 1) == 0);
  }
  // docs/formats/boot.md
  static bool may_follow(const Entry& a, const Entry& b) {
    Entry same = b;
    same.counter = a.counter;
    if (same == a) return true;  // written once more
    if (is_step(b, Step::restore, Cause::restore)) return true;
    switch (a.status) {
      case Status::permanent:
        return is_first(b, Cause::update) && a.work == b.work && b.park == std::max(a.work, a.park) + 1;
      case Status::testing:
        if (b.status == Status::testing) return is_same_update(a, b) && b.attempt == a.attempt + 1;
        if (b.status == Status::pending) return is_same_update(a, b) && is_first(b, Cause::revert);
        return b.work == a.park && b.park == a.work && b.work_ids == a.park_ids && b.park_ids == a.work_ids;
      case Status::pending: return is_same_update(a, b) && may_follow_step(a, b);
    }
    return false;
  }
  static bool may_follow_step(const Entry& a, const Entry& b) {
    const auto goes_on = [&](Step step, Part part) { return is_step(b, step, a.cause) && b.part == part; };
    const bool is_last = a.part == Part::application || (a.parts & 2) == 0;
    const bool back = b.status == Status::permanent;
    switch (a.step) {
      case Step::work_to_scratch: return goes_on(Step::park_to_work, a.part) || (back && is_first(a, Cause::update));
      case Step::park_to_work: return goes_on(Step::scratch_to_park, a.part);
      case Step::scratch_to_park:
        return is_last ? goes_on(Step::done, a.part) : goes_on(Step::work_to_scratch, Part::application);
      case Step::done:
        if (a.cause == Cause::revert) return back;
        return (b.status == Status::testing && b.attempt == 1) || is_first(b, Cause::revert);
      case Step::restore: return back;
      case Step::none: return false;
    }
    return false;
  }
  static std::string words(const Entry& a, const Entry& b) {
    const auto word = [](const Entry& e) {
      return std::to_string(e.counter) + ":" + std::to_string(static_cast<int>(e.status)) + "/" +
             std::to_string(static_cast<int>(e.step)) + "/" + std::to_string(static_cast<int>(e.part)) + "/" +
             std::to_string(static_cast<int>(e.cause));
    };
    return word(a) + " -> " + word(b);
  }

  bool is_somewhere(const Memory_for_test& memory, std::size_t part, Bytes image) const {
    return scene_.holds(memory, Area::work, part, image) || scene_.holds(memory, Area::park, part, image) ||
           scene_.holds(memory, Area::scratch, part, image);
  }
  bool is_pair(const Memory_for_test& memory, const Images& images) const {
    return scene_.holds(memory, Area::work, 0, images[0]) && scene_.holds(memory, Area::work, 1, images[1]);
  }
  // A dead board takes what goes together: the old application says that it runs on the new OS too.
  bool is_mixture(const Memory_for_test& memory, const Story& story) const {
    return scene_.holds(memory, Area::work, 0, story.new_images[0]) &&
           scene_.holds(memory, Area::work, 1, story.old_images[1]);
  }
  std::string trial(const Memory_for_test& memory, const Story& story, const Entry& entry, bool is_new) const {
    if (entry.attempt < story.trials) return "a trial is not counted";
    if (!is_new) return "tries the old pair";
    if (!story.requested) return "tries what nobody requested";
    if (story.confirm_done) return "tries again what is confirmed";
    if (memory.counters != story.old_counters) return "a counter rose before the confirmation";
    for (std::size_t part = 0; part < part_count; ++part) {
      if (story.concerns(part) && !scene_.holds(memory, Area::park, part, story.old_images[part]))
        return "there is no way back from the trial";
    }
    return {};
  }

  const Scene_for_test& scene_;
  Crypto& crypto_;
};

}  // namespace signet::boot
