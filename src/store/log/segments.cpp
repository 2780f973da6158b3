#include "store/log/segments.h"

namespace signet::store {
namespace {

constexpr std::size_t segment_file_bytes_max = 1u << 30;  // many times what a writer makes
constexpr std::size_t position_offset = 8;                // within a batch

std::string at_byte(const std::string& name, std::size_t offset) {
  return name + " at byte " + std::to_string(offset) + ": ";
}

struct Walk {
  std::size_t good;  // bytes of whole batches
  std::string why;   // the next one is none
};

Walk walk(Bytes batches, const SegmentHeader& header) {
  std::size_t at = 0;
  while (at < batches.size()) {
    const auto size = check_batch(batches.subspan(at), header.base + at, header.seed);
    if (!size) return {at, size.error().what};
    at += size.value();
  }
  return {at, ""};
}

std::optional<std::size_t> find_in(Bytes batches, std::size_t from, const SegmentHeader& header) {
  for (std::size_t at = from; at + batch_head_bytes <= batches.size(); ++at) {
    const auto position = Reader{batches.subspan(at + position_offset)}.u64_le();
    if (position.value() != header.base + at) continue;  // millions of these: no Error is made for them
    if (check_batch(batches.subspan(at), header.base + at, header.seed)) return at;
  }
  return std::nullopt;
}

Result<Buffer> read_batches(FolderDisk& disk, LogPosition base) {
  Buffer file = TRY(disk.read(segment_name(base), segment_file_bytes_max));
  file.erase(file.begin(), file.begin() + std::min<std::ptrdiff_t>(segment_header_bytes, std::ssize(file)));
  return file;
}

}  // namespace

Result<std::vector<LogPosition>> list_segments(FolderDisk& disk) {
  std::vector<LogPosition> out;
  for (const std::string& name : TRY(disk.names())) {
    if (const auto base = segment_base(name)) out.push_back(*base);
  }
  return out;  // names of one length sort like their numbers
}

Result<SegmentHeader> read_segment_header(FolderDisk& disk, LogPosition base) {
  const std::string name = segment_name(base);
  Block<segment_header_bytes> bytes;
  const std::size_t got = TRY(disk.read_at(name, 0, bytes));
  auto header = decode_segment_header(Bytes{bytes}.first(got));
  if (!header) return Error{Errc::corrupt, name + ": " + header.error().what};
  if (header.value().base != base) return Error{Errc::corrupt, name + " was written under another name"};
  return header;
}

Status remove_drained(FolderDisk& disk, LogPosition drained) {
  const auto bases = TRY(list_segments(disk));
  for (std::size_t i = 0; i + 1 < bases.size() && bases[i + 1] <= drained; ++i) {
    TRY(disk.remove(segment_name(bases[i])));
  }
  return {};
}

Result<Recovered> recover_log(FolderDisk& disk, LogPosition drained) {
  TRY(remove_drained(disk, drained));
  const auto bases = TRY(list_segments(disk));
  Recovered out;
  out.end = drained;
  if (bases.empty()) return out;
  const LogPosition base = bases.back();
  TRY(disk.sync(segment_name(base)));  // what a killed process had only written may be read below, and must then stay
  const Buffer batches = TRY(read_batches(disk, base));
  const auto header = read_segment_header(disk, base);
  if (!header) {
    if (header.error().code != Errc::corrupt) return header.error();
    out.end = std::max(drained, base + batches.size());
    out.damage = header.error().what;
    return out;
  }
  const Walk walked = walk(batches, header.value());
  out.end = base + walked.good;
  // Only the last batch can be torn, for each is synced before the next is written: a whole one behind the trouble
  // means that synced bytes have changed.
  if (find_in(batches, walked.good + 1, header.value())) {
    out.end = base + batches.size();
    out.damage = at_byte(segment_name(base), segment_header_bytes + walked.good) + walked.why + ", and more follows";
  } else {
    out.torn = batches.size() - walked.good;
  }
  if (out.end < drained) out.end = drained, out.was_behind = true;
  return out;
}

Result<std::optional<LogPosition>> find_batch(FolderDisk& disk, LogPosition base, LogPosition from) {
  const SegmentHeader header = TRY(read_segment_header(disk, base));
  const std::size_t offset = from > base ? static_cast<std::size_t>(from - base) : 0;
  const auto found = find_in(TRY(read_batches(disk, base)), offset, header);
  return found ? std::optional{base + *found} : std::nullopt;
}

}  // namespace signet::store
