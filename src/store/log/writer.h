// writer.h -- appends to an ingest log: many records, one write, one fdatasync.
//
//   const auto log = TRY(LogWriter::open(disk, drained, random));
//   TRY(log->append(record)); ... TRY(log->commit());          durable now
//
// One thread writes; end(), backlog() and set_drained() are for any thread. `disk` outlives it. The folder belongs to
// one writer: its owner holds a lock.
#pragma once

#include "crypto/random.h"
#include "store/log/segments.h"

#include <atomic>
#include <memory>

namespace signet::store {

struct LogOptions {
  std::uint64_t segment_bytes = 64u << 20;  // a file that reached it is followed by another
  std::uint64_t reserve_bytes = 64u << 20;  // commits are refused when the disk has less room: the store needs some
  std::uint64_t reserve_part = 16;          // but no more than such a part of the disk is reserved
};

class LogWriter {
 public:
  // `drained`: everything before it is elsewhere by now, and new records lie behind it whatever the folder holds.
  static Result<std::unique_ptr<LogWriter>> open(FolderDisk& disk, LogPosition drained, crypto::Random& random,
                                                 const LogOptions& options = {});

  // Into memory. too_large past record_bytes_max; exhausted when the batch is full: commit, then try again.
  Status append(Bytes record);
  // All that was appended since the last commit is durable; or none of it counts, and the next commit may work.
  Status commit();
  std::size_t pending() const { return count_; }

  LogPosition end() const { return end_.load(std::memory_order_acquire); }  // everything before it is durable
  void set_drained(LogPosition position) { drained_.store(position, std::memory_order_release); }
  std::uint64_t backlog() const { return end() - drained_.load(std::memory_order_acquire); }
  const Recovered& recovered() const { return recovered_; }

 private:
  LogWriter(FolderDisk& disk, crypto::Random& random, const LogOptions& options, const Recovered& recovered);
  Status write_batch();
  Status start_segment();
  Status check_room(std::size_t bytes);
  void give_up_tail(bool was_written);

  FolderDisk& disk_;
  crypto::Random& random_;
  LogOptions options_;
  Recovered recovered_;
  std::optional<SegmentHeader> segment_;  // none: the next commit starts one
  Buffer batch_;
  std::uint32_t count_ = 0;
  std::atomic<LogPosition> end_;
  std::atomic<LogPosition> drained_;
};

}  // namespace signet::store
