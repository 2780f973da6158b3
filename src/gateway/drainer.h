// drainer.h -- moves what the ingest logs hold into the store, on the fleet's thread.
//
// A slice is one commit: some batches of one log, and the log's position with them. A store that fails or stalls is
// asked again a second later; nothing is lost meanwhile, for the log has it. Damage stops its log alone and is told; a
// drainer that may skip tells what was lost, and goes on behind it.
#pragma once

#include "fleet/fleet.h"
#include "store/log/reader.h"
#include "store/log/writer.h"

namespace signet::gateway {

inline constexpr std::size_t slice_readings_max = 4000;   // then the slice is committed
inline constexpr std::size_t slice_bytes_max = 2u << 20;  // the same
inline constexpr Millis catch_up_timeout{2000};

class Drainer {
 public:
  Drainer(fleet::Fleet& fleet, Clock& clock, bool may_skip) : fleet_(fleet), clock_(clock), may_skip_(may_skip) {}

  // `name` is the log's in the store. `disk` is the reader's own; both outlive the drainer.
  Status add(std::string name, FolderDisk& disk, store::LogWriter& log);

  // One slice of the next log that has something. Whether there is more to do at once.
  bool slice();
  // All that is acknowledged by now, but of logs that stopped at damage. unavailable: it takes longer than
  // catch_up_timeout.
  Status catch_up();

 private:
  struct Log {
    std::string name;
    FolderDisk& disk;
    store::LogWriter& writer;
    store::LogReader reader;
    store::LogPosition position;
    bool unsure = false;  // a commit failed: it may have been made all the same
    bool stopped = false;
  };
  struct Slice {
    std::vector<fleet::Reading> readings;
    store::LogPosition next;
  };
  static bool has_more(const Log& log) { return !log.stopped && log.position < log.writer.end(); }
  Status move(Log& log);
  Result<Slice> read_slice(Log& log);
  Status pass_damage(Log& log, const Error& why);
  Status commit(Log& log, const Slice& slice);
  void tell(const Status& moved);

  fleet::Fleet& fleet_;
  Clock& clock_;
  bool may_skip_;
  std::vector<std::unique_ptr<Log>> logs_;
  std::size_t turn_ = 0;  // whose slice is next
  bool failing_ = false;
  Instant not_before_{};
};

}  // namespace signet::gateway
