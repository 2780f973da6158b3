// segments.h -- the files of one ingest log, in order; and where the log ends after whatever happened.
#pragma once

#include "base/disk.h"
#include "store/log/format.h"

namespace signet::store {

// Their first positions, rising.
Result<std::vector<LogPosition>> list_segments(FolderDisk& disk);
Result<SegmentHeader> read_segment_header(FolderDisk& disk, LogPosition base);

// Removes the segments whose last byte lies before `drained`; never the last one.
Status remove_drained(FolderDisk& disk, LogPosition drained);

struct Recovered {
  LogPosition end = 0;      // everything before it is durable; what comes next belongs into a new segment
  std::uint64_t torn = 0;   // bytes that were cut: of a batch that was never reported durable
  bool was_behind = false;  // the log ended before what was drained already: somebody harmed it, or the store
  std::string damage;       // "" or file and place: readers will stop there. `end` lies behind it all
};
// Looks at the last segment alone: those before it are judged when they are read. Nobody writes meanwhile.
Result<Recovered> recover_log(FolderDisk& disk, LogPosition drained);

// The next whole batch at or behind `from` in the segment that begins at `base`; nullopt when it has none.
Result<std::optional<LogPosition>> find_batch(FolderDisk& disk, LogPosition base, LogPosition from);

}  // namespace signet::store
