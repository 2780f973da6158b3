// reader.h -- reads an ingest log batch by batch, also while another thread writes it.
//
//   LogReader in{disk};
//   while (auto batch = TRY(in.read(position, writer.end()))) { ... position = batch->next; }
#pragma once

#include "store/log/segments.h"

namespace signet::store {

class LogReader {
 public:
  explicit LogReader(FolderDisk& disk) : disk_(disk) {}  // a disk of its own

  struct Batch {
    Bytes body;  // see Records; until the next read
    std::uint32_t count;
    LogPosition next;
  };
  // The batch at `from`; nullopt when `from` is `end`, which the writer told.
  //   corrupt     what should be there does not check, or ends before the next segment begins; nothing is skipped
  //   not_found   no segment holds `from`
  Result<std::optional<Batch>> read(LogPosition from, LogPosition end);

  // The next position behind `from` that can be read, or `end`. For who was told to go on behind damage.
  Result<LogPosition> skip(LogPosition from, LogPosition end);
  void forget();  // the files may have changed: the next read looks again

 private:
  struct Span {  // the positions that a segment answers for
    SegmentHeader header;
    LogPosition end;
  };
  Status find_segment(LogPosition from, LogPosition end);
  Status fill(LogPosition from, std::size_t bytes, LogPosition end);
  Error damaged(LogPosition at, const std::string& why) const;

  FolderDisk& disk_;
  std::optional<Span> segment_;
  Buffer buffer_;             // of that segment
  LogPosition buffered_ = 0;  // position of its first byte
};

}  // namespace signet::store
