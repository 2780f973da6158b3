// swi.h -- the single wire: the same packets without I2C, each bit one character of a UART.
//
//   byte  := 8 characters, lowest bit first: 7f is one, 7d is zero             7 data bits, 230400 baud
//   host  := wake | flag | 77 packet                wake: the line low for 60 us, a 00 at 115200 baud or slower
//   flag  := 77 command | 88 transmit | bb idle | cc sleep
//
// After 88 the chip answers with its output group, or with nothing while it works. Sans-I/O;
// docs/formats/element-swi.md
#pragma once

#include "element/wire/packet.h"

#include <optional>

namespace signet::element {

namespace swi {
inline constexpr std::uint8_t command = 0x77;
inline constexpr std::uint8_t transmit = 0x88;
inline constexpr std::uint8_t idle = 0xbb;
inline constexpr std::uint8_t sleep = 0xcc;
inline constexpr std::uint8_t wake = 0x00;  // a character, not a coded byte
}  // namespace swi

inline constexpr std::uint8_t swi_one = 0x7f;
inline constexpr std::uint8_t swi_zero = 0x7d;
inline constexpr std::size_t swi_characters_per_byte = 8;
inline constexpr std::size_t swi_characters_max = (1 + packet_bytes_max) * swi_characters_per_byte;

// REQUIRES: at most one flag and one packet.
Buffer encode_swi(Bytes bytes);

// Characters in, bytes out. A zero is a second low pulse, and a UART may see it one bit early or late: any character of
// seven bits with exactly one of them low is a zero. The packet's CRC judges the rest.
class SwiDecoder {
 public:
  // The byte that this character completes. malformed for a character that no single wire has.
  Result<std::optional<std::uint8_t>> on_character(std::uint8_t character);
  // After a wake, or silence: half a byte is forgotten.
  void reset() { bits_ = 0, byte_ = 0; }
  bool is_between_bytes() const { return bits_ == 0; }

 private:
  unsigned bits_ = 0;
  std::uint8_t byte_ = 0;
};

}  // namespace signet::element
