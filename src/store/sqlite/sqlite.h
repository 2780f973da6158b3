// sqlite.h -- the fleet's memory in one SQLite file: WAL, synchronous=FULL, one writer.
//
// A commit is on the disk when Store::change returns. Beside FILE lie FILE-wal and FILE-shm while it is open, and
// FILE.lock always.
#pragma once

#include "fleet/ports.h"

#include <memory>
#include <string>

namespace signet::store {

struct SqliteLimits {
  std::uint64_t bytes_max = 0;             // of the file; past it, writes end with exhausted. 0: what the disk allows
  std::size_t page_bytes_max = 64u << 20;  // payloads of one page of data; a larger page is too_large, never cut short
};

// Makes the file when missing and brings an older one up to date.
//   conflict   another process has it open, or a newer Signet wrote it (the text says which version)
//   corrupt    it is no database, or not one of ours, or damaged
Result<std::unique_ptr<fleet::Store>> open_sqlite(const std::string& path, const SqliteLimits& limits = {});

// The readings of that file for one more thread, by a connection that only reads: it waits for no writer, and none
// waits for it. The file is open already (open_sqlite). What takes longer than scan_time_max is too_large.
inline constexpr Seconds scan_time_max{15};
Result<std::unique_ptr<fleet::Readings>> open_sqlite_readings(const std::string& path, const SqliteLimits& limits = {},
                                                              Micros time_max = scan_time_max);

}  // namespace signet::store
