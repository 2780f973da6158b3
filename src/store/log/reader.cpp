#include "store/log/reader.h"

namespace signet::store {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

}  // namespace

void LogReader::forget() {
  segment_.reset();
  buffer_.clear();
}

Error LogReader::damaged(LogPosition at, const std::string& why) const {
  const LogPosition base = segment_->header.base;
  return {Errc::corrupt,
          segment_name(base) + " at byte " + std::to_string(segment_header_bytes + (at - base)) + ": " + why};
}

// The writer makes a segment before it moves its end past that segment's beginning: whoever lists after having seen the
// end sees every segment before it.
Status LogReader::find_segment(LogPosition from, LogPosition end) {
  if (segment_ && from >= segment_->header.base && from < segment_->end) return {};
  forget();
  const auto bases = TRY(list_segments(disk_));
  const auto after = std::upper_bound(bases.begin(), bases.end(), from);
  if (after == bases.begin()) {
    return Error{Errc::not_found, "the log holds nothing of position " + std::to_string(from)};
  }
  const SegmentHeader header = TRY(read_segment_header(disk_, *(after - 1)));
  segment_ = Span{header, after == bases.end() ? end : std::min(*after, end)};
  return {};
}

// Nothing behind `end` is read: it may change.
Status LogReader::fill(LogPosition from, std::size_t bytes, LogPosition end) {
  if (from >= buffered_ && from + bytes <= buffered_ + buffer_.size()) return {};
  const LogPosition left = std::min(end, segment_->end) - from;
  if (bytes > left) return damaged(from, "a batch reaches past the end of its segment");
  buffer_.resize(static_cast<std::size_t>(std::min<LogPosition>(std::max(bytes, chunk_bytes), left)));
  buffered_ = from;
  const LogPosition base = segment_->header.base;
  const std::size_t got = TRY(disk_.read_at(segment_name(base), segment_header_bytes + (from - base), buffer_));
  buffer_.resize(got);
  if (got < bytes) return damaged(from, "the file ends before the log does");
  return {};
}

Result<std::optional<LogReader::Batch>> LogReader::read(LogPosition from, LogPosition end) {
  if (from >= end) return std::optional<Batch>{};
  TRY(find_segment(from, end));
  TRY(fill(from, batch_head_bytes, end));
  const auto at = [&] { return Bytes{buffer_}.subspan(static_cast<std::size_t>(from - buffered_)); };
  const auto head = decode_batch_head(at());
  if (!head) return damaged(from, head.error().what);
  TRY(fill(from, batch_head_bytes + head.value().size, end));
  const auto size = check_batch(at(), from, segment_->header.seed);
  if (!size) return damaged(from, size.error().what);
  return std::optional{
      Batch{at().subspan(batch_head_bytes, head.value().size), head.value().count, from + size.value()}};
}

Result<LogPosition> LogReader::skip(LogPosition from, LogPosition end) {
  forget();
  const auto bases = TRY(list_segments(disk_));
  for (std::size_t i = 0; i < bases.size(); ++i) {
    const LogPosition next = i + 1 < bases.size() ? std::min(bases[i + 1], end) : end;
    if (next <= from + 1) continue;
    const auto found = find_batch(disk_, bases[i], from + 1);
    if (!found && found.error().code != Errc::corrupt) return found.error();
    if (found && found.value() && *found.value() < next) return *found.value();
  }
  return end;
}

}  // namespace signet::store
