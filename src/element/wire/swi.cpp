#include "element/wire/swi.h"

#include <bit>

namespace signet::element {

Buffer encode_swi(Bytes bytes) {
  ENSURE(bytes.size() <= 1 + packet_bytes_max);
  Buffer out;
  out.reserve(bytes.size() * swi_characters_per_byte);
  for (const std::uint8_t byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) out.push_back((byte >> bit & 1) != 0 ? swi_one : swi_zero);
  }
  return out;
}

Result<std::optional<std::uint8_t>> SwiDecoder::on_character(std::uint8_t character) {
  const auto seven = static_cast<std::uint8_t>(character & 0x7f);  // the eighth is the stop bit, or noise
  if (std::popcount(seven) < 6) {
    reset();
    return Error{Errc::malformed, "single wire: " + hex(Block<1>{character}) + " is neither 7f (one) nor 7d (zero)"};
  }
  if (seven == swi_one) byte_ = static_cast<std::uint8_t>(byte_ | 1u << bits_);
  if (++bits_ < 8) return std::optional<std::uint8_t>{};
  const std::uint8_t done = byte_;
  reset();
  return std::optional{done};
}

}  // namespace signet::element
