// boot.h -- what starts a board: it finishes what a power cut interrupted, and lets run what is whole, signed, for this
// board and not rolled back.
//
//   Boot boot{board};
//   switch (boot.start(why).run) ...        // in the boot loader, once
//   boot.prepare(Part::os); boot.write(Part::os, 0, chunk); boot.request(parts_all);      // firmware brings an update
//   boot.confirm();                                                                        // firmware is content
//
//   PERMANENT --request--> PENDING (WORK=>SCRATCH, PARK=>WORK, SCRATCH=>PARK for each part, DONE) --> TESTING
//   TESTING --confirm--> PERMANENT      TESTING --any reset--> PENDING, the same way back --> PERMANENT
//   A step that cannot be done, or a WORK that is damaged --> PENDING (RESTORE) --> PERMANENT
#pragma once

#include "boot/slots.h"

namespace signet::boot {

enum class Reset : std::uint8_t { power, watchdog, request };  // why the board starts

enum class Outcome : std::uint8_t {
  nothing,    // no pair may run: stay on the console, and take a new one (prepare, write, request, start)
  permanent,  // WORK
  trial,      // WORK, with the watchdog armed: it is to confirm() before it ends
  rescue      // WORK may run, and what was to be done cannot be: no update goes on
};

enum class Answer : std::uint8_t {
  done,
  refused,  // fault() says why
  busy,     // not in this state: an update or a trial is going on
  failed    // the flash does not do as told
};

class Boot {
 public:
  explicit Boot(Board& board) : board_(board), slots_(board), journal_(board.flash, board.map, board.crypto) {}

  Outcome start(Reset why);

  // Erases PARK's place of a part, and writes there: as much as the flash programs at once, or multiples.
  Answer prepare(Part part);
  Answer write(Part part, std::uint32_t at, std::span<const std::uint8_t> data);
  // PARK holds these parts: they go in at the next start. Everything is checked now, and again then.
  Answer request(Parts parts);
  // The trial went well. Only now do the counters rise, so that until now there was a way back.
  Answer confirm();

  image::Fault fault() const { return fault_; }  // of the last start() or request() that says no
  const Journal& journal() const { return journal_; }

 private:
  Outcome go(Outcome run, const char* line);
  Outcome stuck();
  bool adopt();
  bool recover();
  bool begin_restore(const Pair& pair);
  bool after_trial(Reset why);
  bool can_go_back(const Entry& entry);
  bool may_write_park();

  // swap.cpp
  bool step();
  bool move(const Entry& entry);
  bool finish(const Entry& entry);
  bool restore(const Entry& entry);
  bool is_candidate_good(const Entry& entry);

  Board& board_;
  Slots slots_;
  Journal journal_;
  bool is_fresh_trial_ = false;
  bool is_damaged_ = false;
  image::Fault fault_ = image::Fault::none;
};

}  // namespace signet::boot
