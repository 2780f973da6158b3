// bytes.h -- reading a format field by field, never past its end; writing it the same way; and its text forms.
#pragma once

#include "base/result.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace signet {

using Bytes = std::span<const std::uint8_t>;  // borrowed, cheap, passed by value
using Buffer = std::vector<std::uint8_t>;     // owned
template <std::size_t N>
using Block = std::array<std::uint8_t, N>;  // owned, of a fixed size

// A cursor over borrowed bytes. After the first failure the caller stops; the cursor is then of no use.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  Result<Bytes> take(std::size_t size) {
    if (size > rest_.size()) return Error{Errc::malformed, "ends too early"};
    const Bytes head = rest_.first(size);
    rest_ = rest_.subspan(size);
    return head;
  }
  template <std::size_t N>
  Result<Block<N>> block() {
    const Bytes from = TRY(take(N));
    Block<N> out;
    std::copy(from.begin(), from.end(), out.begin());
    return out;
  }
  Result<std::uint8_t> u8() { return TRY(take(1))[0]; }
  Result<std::uint16_t> u16_be() { return static_cast<std::uint16_t>(TRY(number_be(2))); }
  Result<std::uint32_t> u32_be() { return static_cast<std::uint32_t>(TRY(number_be(4))); }
  Result<std::uint64_t> u64_be() { return number_be(8); }
  Result<std::uint16_t> u16_le() {
    const Bytes b = TRY(take(2));
    return static_cast<std::uint16_t>(b[1] << 8 | b[0]);
  }
  Result<std::uint32_t> u32_le() {
    const std::uint32_t low = TRY(u16_le());
    return low | static_cast<std::uint32_t>(TRY(u16_le())) << 16;
  }
  Result<std::uint64_t> u64_le() {
    const std::uint64_t low = TRY(u32_le());
    return low | static_cast<std::uint64_t>(TRY(u32_le())) << 32;
  }
  Bytes rest() { return std::exchange(rest_, {}); }
  std::size_t size() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }
  Status end() const {
    if (!rest_.empty()) return Error{Errc::malformed, "has bytes left over"};
    return {};
  }

 private:
  Result<std::uint64_t> number_be(std::size_t size) {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : TRY(take(size))) number = number << 8 | byte;
    return number;
  }

  Bytes rest_;
};

// Appends fields to a buffer that the caller owns and that outlives the Writer.
class Writer {
 public:
  explicit Writer(Buffer& out) : out_(out) {}

  Writer& u8(std::uint8_t value) { return out_.push_back(value), *this; }
  Writer& u16_be(std::uint16_t value) { return number_be(value, 2); }
  Writer& u32_be(std::uint32_t value) { return number_be(value, 4); }
  Writer& u64_be(std::uint64_t value) { return number_be(value, 8); }
  Writer& u16_le(std::uint16_t value) {
    return u8(static_cast<std::uint8_t>(value)).u8(static_cast<std::uint8_t>(value >> 8));
  }
  Writer& u32_le(std::uint32_t value) {
    return u16_le(static_cast<std::uint16_t>(value)).u16_le(static_cast<std::uint16_t>(value >> 16));
  }
  Writer& u64_le(std::uint64_t value) {
    return u32_le(static_cast<std::uint32_t>(value)).u32_le(static_cast<std::uint32_t>(value >> 32));
  }
  Writer& bytes(Bytes data) { return out_.insert(out_.end(), data.begin(), data.end()), *this; }
  Writer& text(std::string_view data) { return out_.insert(out_.end(), data.begin(), data.end()), *this; }

 private:
  Writer& number_be(std::uint64_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }

  Buffer& out_;
};

// Text as bytes, and bytes known to be text as text. Neither copies.
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// A-Z to a-z and nothing else, whatever the locale says.
std::string lower(std::string_view text);

// RFC 4648. Hex is lower case unless `upper`; decoders take either case, whole bytes only, and nothing but digits.
std::string hex(Bytes bytes);
std::string hex_upper(Bytes bytes);
Result<Buffer> decode_hex(std::string_view text);

// Standard base64 with padding; base64url without. Decoders are strict: exact alphabet, padding as written here,
// unused bits zero, no white space.
std::string base64(Bytes bytes);
Result<Buffer> decode_base64(std::string_view text);
std::string base64url(Bytes bytes);
Result<Buffer> decode_base64url(std::string_view text);

// True when `text` is well-formed UTF-8 without U+0000 (RFC 3629; MQTT [1.5.4-1], [1.5.4-2]).
bool is_utf8(std::string_view text);

}  // namespace signet
