#include "mqtt/framer.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

constexpr std::size_t header_bytes_max = 5;  // type and flags, then a length of 1 to 4 bytes

struct Header {
  std::size_t bytes;  // of itself
  std::size_t remaining;
};

// Nothing when `bytes` ends within the header.
Result<std::optional<Header>> read_header(Bytes bytes) {
  if (bytes.empty()) return std::optional<Header>{};
  if (bytes[0] >> 4 == 0) return Error{Errc::malformed, "2.1.2: packet type 0 is reserved"};
  const Bytes length = bytes.subspan(1);
  const auto last = std::find_if(length.begin(), length.end(), [](std::uint8_t byte) { return byte < 0x80; });
  if (last == length.end() && bytes.size() < header_bytes_max) return std::optional<Header>{};
  Reader in{length};
  const std::size_t remaining = TRY(read_varint(in));
  return std::optional{Header{bytes.size() - in.size(), remaining}};
}

Packet packet_of(Bytes whole, std::size_t header) {
  return {static_cast<PacketType>(whole[0] >> 4), static_cast<std::uint8_t>(whole[0] & 0x0f), whole.subspan(header)};
}

}  // namespace

Status Framer::check(std::size_t remaining) const {
  if (remaining > limit_) return Error{Errc::too_large, "packet announces more than packet_bytes_max"};
  return {};
}

// Fills held_ from `input` up to `size` bytes; true when it has them.
bool Framer::fill(std::size_t size, Bytes& input) {
  const std::size_t count = std::min(size - held_.size(), input.size());
  held_.insert(held_.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(count));
  input = input.subspan(count);
  return held_.size() == size;
}

Result<std::optional<Packet>> Framer::next(Bytes& input) {
  if (given_) Buffer{}.swap(held_), given_ = false, size_ = 0;  // an idle connection holds no memory
  if (held_.empty()) {
    const auto header = TRY(read_header(input));
    if (header) {
      TRY(check(header->remaining));
      if (header->remaining <= input.size() - header->bytes) {
        const Bytes whole = input.first(header->bytes + header->remaining);
        input = input.subspan(whole.size());
        return std::optional{packet_of(whole, header->bytes)};
      }
    }
  }
  return next_in_parts(input);
}

Result<std::optional<Packet>> Framer::next_in_parts(Bytes& input) {
  while (size_ == 0) {
    if (input.empty()) return std::optional<Packet>{};
    fill(held_.size() + 1, input);
    const auto header = TRY(read_header(held_));
    if (!header) continue;
    TRY(check(header->remaining));
    header_ = header->bytes;
    size_ = header->bytes + header->remaining;
  }
  if (!fill(size_, input)) return std::optional<Packet>{};
  given_ = true;
  return std::optional{packet_of(held_, header_)};
}

}  // namespace signet::mqtt
