// outbox.h -- readings that the manager has not acknowledged, kept through crash, power cut and restart.
//
// docs/formats/outbox.md has the file. A reading is named by its device time: strictly increasing, never given twice,
// also when the clock steps back. Resent under the same name it is dropped by the manager as a double. The readings
// themselves stay in the file: what is in memory is where each of them lies.
#pragma once

#include "base/clock.h"
#include "base/disk.h"

#include <deque>

namespace signet::agent {

inline constexpr std::size_t tag_bytes_max = 64;
inline constexpr std::size_t payload_bytes_max = 64 * 1024;
inline constexpr std::size_t outbox_bytes_max = 16u << 20;
inline constexpr std::size_t flood_min = 1'000;  // readings that wait at once
inline constexpr const char* outbox_file = "outbox";

struct Reading {
  std::string tag;
  std::string payload;
};

class Outbox {
 public:
  struct Waiting {
    Timestamp at;          // its device time
    std::uint32_t offset;  // of its record in the file
    std::uint32_t size;    // of the record; 0: the disk has lost it
  };

  // corrupt when the file is not an outbox. A torn end is cut; see cut_bytes and lost. `disk` outlives the outbox.
  static Result<Outbox> load(Disk& disk, std::size_t bytes_max = outbox_bytes_max);

  // Durable when it returns. Gives the device time: `now`, or one microsecond past the last one when that is later.
  // exhausted when the outbox is full; then nothing was kept, and older readings are untouched.
  Result<Timestamp> add(Timestamp now, std::string_view tag, std::string_view payload);
  // The manager has it, or has refused it for good. A cut may bring it back: it is then sent again under its name.
  void remove(Timestamp device_time);
  // Whether add() would find it full.
  bool has_room(std::string_view tag, std::string_view payload) const;
  // Forgets the oldest of them until an eighth of the outbox is free; which. Those that a cut brings back are sent
  // again.
  std::vector<Timestamp> forget_oldest();
  // Forgets all of them, durably; the last device time stays.
  Status clear();

  const std::deque<Waiting>& waiting() const { return waiting_; }  // by device time
  bool contains(Timestamp device_time) const;
  // not_found: it does not wait. corrupt: the disk does not hold any more what was written.
  Result<Reading> read(Timestamp device_time) const;
  Timestamp last_time() const { return last_; }
  // Once each time that the last of many, flood_min at least, has gone.
  bool has_ebbed();
  std::size_t cut_bytes() const { return cut_; }  // of a torn end at load
  std::size_t lost() const { return lost_; }      // records that did not check, with whole ones behind them
  std::size_t file_bytes() const { return file_; }

 private:
  Outbox(Disk& disk, std::size_t bytes_max) : disk_(&disk), bytes_max_(bytes_max) {}
  std::deque<Waiting>::const_iterator find(Timestamp device_time) const;  // or the end
  void take_all(Reader& in);
  Status take(Reader& in, std::size_t offset);
  void forget(const std::deque<Waiting>::const_iterator& which);
  Status rewrite();
  Status append(Bytes record, bool durable);

  Disk* disk_;
  std::size_t bytes_max_;
  std::deque<Waiting> waiting_;
  std::size_t flood_ = 0;  // the most that have waited at once since the last ebb
  Timestamp last_{};
  std::size_t live_ = 0;  // bytes of the file that a rewrite would keep
  std::size_t file_ = 0;
  std::size_t cut_ = 0, lost_ = 0;
  bool damaged_ = false;  // an append failed half-way: the end of the file is unknown until it is written anew
};

// malformed unless 1 to tag_bytes_max bytes of UTF-8 without '+', '#' or a control character, no '/' at either end.
Status check_tag(std::string_view tag);

}  // namespace signet::agent
