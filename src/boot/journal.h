// journal.h -- what the board was doing, in an append-only journal that any power cut leaves legal.
//   bank  := slot[15]                     two banks, each of whole sectors
//   slot  := entry ff[32]                 or erased, or what a cut left of an entry: that counts as nothing
//   entry := "SGJ1" counter:u32 status:u8 step:u8 part:u8 parts:u8 cause:u8 attempt:u8 zero:u16 work:u32 park:u32
//            work_id[16][2] park_id[16][2] check[8]       numbers are little-endian, [2]: OS, application
//   id    := first 16 bytes of SHA-256 of all of an image     check := first 8 bytes of SHA-256 of all before it
// The valid entry with the largest counter is what holds. A slot that failed uses up its number too, so that no two
// entries ever have the same. The bank that has what holds is never erased. docs/formats/boot.md
#pragma once

#include "boot/map.h"

namespace signet::boot {

inline constexpr std::size_t entry_bytes = 96;

enum class Status : std::uint8_t { permanent = 1, pending = 2, testing = 3 };
// `restore` brings the old images back from wherever they are, when a step cannot be done or WORK was found damaged.
enum class Step : std::uint8_t {
  none = 0,
  work_to_scratch = 1,
  park_to_work = 2,
  scratch_to_park = 3,
  done = 4,
  restore = 5
};
enum class Cause : std::uint8_t { update = 0, revert = 1, restore = 2 };

using Id = std::array<std::uint8_t, 16>;
using Ids = std::array<Id, part_count>;

// Which parts an update is about.
using Parts = std::uint8_t;
constexpr Parts parts_of(Part part) { return static_cast<Parts>(1u << static_cast<unsigned>(part)); }
inline constexpr Parts parts_all = 3;

struct Entry {
  std::uint32_t counter = 0;
  Status status = Status::permanent;
  Step step = Step::none;
  Part part = Part::os;  // which the step is about
  Parts parts = 0;       // which the update is about
  Cause cause = Cause::update;
  std::uint8_t attempt = 0;  // of a trial, from 1
  std::uint32_t work = 0;    // number of what is permanent in WORK: each install gets the next one
  std::uint32_t park = 0;    // number of what is to replace it; exchanged when it is confirmed
  Ids work_ids{};
  Ids park_ids{};
  bool operator==(const Entry&) const = default;
};

using EntryBytes = std::array<std::uint8_t, entry_bytes>;
EntryBytes encode(const Entry& entry, Crypto& crypto);
// False for anything that encode() would not have written.
bool decode(std::span<const std::uint8_t, entry_bytes> bytes, Crypto& crypto, Entry& out);

class Journal {
 public:
  Journal(Flash& flash, const Map& map, Crypto& crypto) : flash_(flash), map_(map), crypto_(crypto) {}

  // Reads both banks. What it cannot read counts as nothing.
  void load();
  bool is_empty() const { return !has_newest_; }
  // REQUIRES: !is_empty().
  const Entry& newest() const { return newest_; }
  // PERMANENT, written twice. What a cut left of the last entry may read as whole now and not the next time: whoever
  // finds another one at power-on writes it once more before acting on it.
  bool is_settled() const;
  // Durable, and read back, when it returns true; its counter is the next one. False: what held still holds.
  bool append(Entry entry);

  // For those who print it. False: no entry there.
  bool read_slot(std::size_t bank, std::uint32_t slot, Entry& out);

 private:
  bool is_blank(std::size_t bank, std::uint32_t slot);
  bool next_bank();
  bool write(Entry& entry);
  void take(const Entry& entry, std::size_t bank, std::uint32_t slot);

  Flash& flash_;
  const Map& map_;
  Crypto& crypto_;
  Entry newest_{};
  bool has_newest_ = false;
  Entry before_{};  // the one before it
  bool has_before_ = false;
  std::size_t newest_bank_ = 0;
  std::size_t bank_ = 0;    // where the next entry goes
  std::uint32_t slot_ = 0;  // journal_slots: the other bank is to be erased first
  std::uint32_t newest_slot_ = 0;
  std::uint32_t next_counter_ = 0;
};

}  // namespace signet::boot
