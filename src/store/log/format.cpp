#include "store/log/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <charconv>

namespace signet::store {
namespace {

constexpr std::string_view magic = "SGNTLOG1";
constexpr std::string_view suffix = ".log";
constexpr std::size_t name_digits = 16;
constexpr std::size_t checked_head_bytes = 16;  // size, count and position

std::uint64_t xxh3(Bytes bytes, std::uint64_t seed) { return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed); }

}  // namespace

Buffer encode_segment_header(const SegmentHeader& header) {
  Buffer out;
  Writer to{out};
  to.text(magic).u64_le(header.base).u64_le(header.seed);
  to.u64_le(xxh3(out, 0));
  return out;
}

Result<SegmentHeader> decode_segment_header(Bytes bytes) {
  Reader in{bytes};
  if (text_of(TRY(in.take(magic.size()))) != magic) return Error{Errc::corrupt, "not a segment of an ingest log"};
  SegmentHeader out{};
  out.base = TRY(in.u64_le());
  out.seed = TRY(in.u64_le());
  const std::size_t covered = bytes.size() - in.size();
  if (TRY(in.u64_le()) != xxh3(bytes.first(covered), 0)) return Error{Errc::corrupt, "its header does not check"};
  return out;
}

std::string segment_name(LogPosition base) {
  Buffer bytes;
  Writer{bytes}.u64_be(base);
  return hex(bytes) + std::string{suffix};
}

std::optional<LogPosition> segment_base(std::string_view name) {
  if (name.size() != name_digits + suffix.size() || !name.ends_with(suffix)) return std::nullopt;
  LogPosition base = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name_digits, base, 16);
  if (failed != std::errc{} || segment_name(base) != name) return std::nullopt;
  return base;
}

Result<BatchHead> decode_batch_head(Bytes bytes) {
  Reader in{bytes};
  BatchHead out{};
  out.size = TRY(in.u32_le());
  out.count = TRY(in.u32_le());
  out.position = TRY(in.u64_le());
  out.check = TRY(in.u64_le());
  if (out.size > batch_bytes_max - batch_head_bytes) return Error{Errc::malformed, "a batch is larger than any"};
  if (out.count == 0 || out.count > out.size / 4) return Error{Errc::malformed, "a batch counts its records wrongly"};
  return out;
}

std::uint64_t batch_check(std::uint64_t seed, Bytes head, Bytes body) {
  return xxh3(body, xxh3(head.first(checked_head_bytes), seed));
}

void seal_batch(Buffer& batch, std::uint32_t count, LogPosition position, std::uint64_t seed) {
  ENSURE(batch.size() >= batch_head_bytes && batch.size() <= batch_bytes_max);
  const Bytes body = Bytes{batch}.subspan(batch_head_bytes);
  Buffer head;
  Writer to{head};
  to.u32_le(static_cast<std::uint32_t>(body.size())).u32_le(count).u64_le(position);
  to.u64_le(batch_check(seed, head, body));
  std::copy(head.begin(), head.end(), batch.begin());
}

Result<std::size_t> check_batch(Bytes bytes, LogPosition position, std::uint64_t seed) {
  const BatchHead head = TRY(decode_batch_head(bytes));
  if (head.position != position) return Error{Errc::malformed, "a batch of another position"};
  if (bytes.size() - batch_head_bytes < head.size) return Error{Errc::malformed, "a batch ends too early"};
  if (batch_check(seed, bytes, bytes.subspan(batch_head_bytes, head.size)) != head.check) {
    return Error{Errc::malformed, "a batch does not check"};
  }
  return batch_head_bytes + head.size;
}

Result<std::optional<Bytes>> Records::next() {
  if (in_.empty()) return std::optional<Bytes>{};
  const std::size_t size = TRY(in_.u32_le());
  return std::optional{TRY(in_.take(size))};
}

}  // namespace signet::store
