#include "store/log/writer.h"

namespace signet::store {
namespace {

constexpr std::size_t idle_bytes_max = 1u << 20;  // of a buffer between two batches

}  // namespace

LogWriter::LogWriter(FolderDisk& disk, crypto::Random& random, const LogOptions& options, const Recovered& recovered)
    : disk_(disk),
      random_(random),
      options_(options),
      recovered_(recovered),
      batch_(batch_head_bytes),
      end_(recovered.end),
      drained_(recovered.end) {}

// What a former life wrote is never written to again: where the new segment begins, the old one ends, whatever stands
// there.
Result<std::unique_ptr<LogWriter>> LogWriter::open(FolderDisk& disk, LogPosition drained, crypto::Random& random,
                                                   const LogOptions& options) {
  const Recovered recovered = TRY(recover_log(disk, drained));
  std::unique_ptr<LogWriter> out{new LogWriter{disk, random, options, recovered}};
  out->set_drained(drained);
  return out;
}

Status LogWriter::append(Bytes record) {
  if (record.size() > record_bytes_max) return Error{Errc::too_large, "a record is longer than the log takes"};
  if (batch_.size() + 4 + record.size() > batch_bytes_max) return Error{Errc::exhausted, "the batch is full"};
  Writer{batch_}.u32_le(static_cast<std::uint32_t>(record.size())).bytes(record);
  ++count_;
  return {};
}

Status LogWriter::commit() {
  if (count_ == 0) return {};
  Status written = write_batch();
  count_ = 0;
  batch_.resize(batch_head_bytes);
  if (batch_.capacity() > idle_bytes_max) Buffer(batch_head_bytes).swap(batch_);
  return written;
}

Status LogWriter::write_batch() {
  TRY(check_room(batch_.size()));
  const LogPosition at = end();
  if (!segment_ || (at > segment_->base && at - segment_->base + batch_.size() > options_.segment_bytes)) {
    TRY(start_segment());
  }
  const std::string name = segment_name(segment_->base);
  seal_batch(batch_, count_, at, segment_->seed);
  Status done = disk_.append(name, batch_);
  const bool was_written = static_cast<bool>(done);
  if (done) done = disk_.sync(name);
  if (!done) {
    give_up_tail(was_written);
    return done;
  }
  end_.store(at + batch_.size(), std::memory_order_release);
  return {};
}

// Durable before any batch goes into it. Where one of that name is there, no batch of it counts.
Status LogWriter::start_segment() {
  segment_.reset();
  const Block<8> chance = random_.block<8>();
  const SegmentHeader header{end(), TRY(Reader{chance}.u64_le())};
  TRY(disk_.replace(segment_name(header.base), encode_segment_header(header)));
  segment_ = header;
  return {};
}

Status LogWriter::check_room(std::size_t bytes) {
  const FolderDisk::Space space = TRY(disk_.space());
  const std::uint64_t reserve = std::min(options_.reserve_bytes, space.total / options_.reserve_part);
  if (space.free >= reserve + bytes) return {};
  return Error{Errc::exhausted, "the disk has " + std::to_string(space.free) + " bytes left, of which " +
                                    std::to_string(reserve) + " are kept for the database: make room"};
}

// A write that failed may be cut away and the file used again. After a sync that failed nobody knows what is on the
// disk: the file is left for ever.
void LogWriter::give_up_tail(bool was_written) {
  const Status cut = disk_.cut(segment_name(segment_->base), segment_header_bytes + (end() - segment_->base));
  if (was_written || !cut) segment_.reset();
}

}  // namespace signet::store
