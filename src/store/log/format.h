// format.h -- the bytes of the ingest log. docs/formats/ingest-log.md has the whole of it; little-endian.
//   segment := header batch*
//   header  := "SGNTLOG1" base:u64 seed:u64 check:u64             check: XXH3-64 of what stands before it
//   batch   := size:u32 count:u32 position:u64 check:u64 body     check: XXH3-64 of the body, seeded with that
//                                                                        of size, count and position under seed
//   body    := (size:u32 record){count}
// A position counts the bytes of all batches since the log began. Pure: no disk.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>

namespace signet::store {

using LogPosition = std::uint64_t;

inline constexpr std::size_t segment_header_bytes = 32;
inline constexpr std::size_t batch_head_bytes = 24;
inline constexpr std::size_t record_bytes_max = 128 * 1024;
inline constexpr std::size_t batch_bytes_max = 8u << 20;  // head and body

struct SegmentHeader {
  LogPosition base;    // position of its first batch
  std::uint64_t seed;  // by chance: nobody who sends records can make what passes for a batch
};
Buffer encode_segment_header(const SegmentHeader& header);
Result<SegmentHeader> decode_segment_header(Bytes bytes);

// "00000000000010a4.log"; nullopt for any other file.
std::string segment_name(LogPosition base);
std::optional<LogPosition> segment_base(std::string_view name);

struct BatchHead {
  std::uint32_t size;  // of the body
  std::uint32_t count;
  LogPosition position;
  std::uint64_t check;
};
// malformed: too short, or passes a limit.
Result<BatchHead> decode_batch_head(Bytes bytes);
std::uint64_t batch_check(std::uint64_t seed, Bytes head, Bytes body);
// Writes the head over the first bytes of `batch`, which the body follows.
void seal_batch(Buffer& batch, std::uint32_t count, LogPosition position, std::uint64_t seed);
// Whether a whole batch stands at the front of `bytes`, at this position: its size with the head, or why not.
Result<std::size_t> check_batch(Bytes bytes, LogPosition position, std::uint64_t seed);

// The records of a body that has been checked.
class Records {
 public:
  explicit Records(Bytes body) : in_(body) {}
  Result<std::optional<Bytes>> next();  // nullopt: that was the last

 private:
  Reader in_;
};

}  // namespace signet::store
