// packet.h -- the bytes that travel between host and secure element.
//
//   command  := count:u8 opcode:u8 param1:u8 param2:u16le data:u8[count-7] crc:u16le
//   response := count:u8 data:u8[count-3] crc:u16le
//
// `count` covers everything from itself to the crc. The crc covers everything before it.
// Pure: no bus, no clock. Format and golden packets: docs/formats/element-wire.md
#pragma once

#include "base/bytes.h"

namespace signet::element {

inline constexpr std::size_t packet_bytes_max = 155;
inline constexpr std::size_t command_overhead = 1 + 1 + 1 + 2 + 2;
inline constexpr std::size_t response_overhead = 1 + 2;
inline constexpr std::size_t command_data_bytes_max = packet_bytes_max - command_overhead;

struct Command {
  std::uint8_t opcode = 0;
  std::uint8_t param1 = 0;
  std::uint16_t param2 = 0;
  Bytes data = {};  // borrowed
};

std::uint16_t crc16(Bytes bytes);

// REQUIRES: command.data fits command_data_bytes_max.
Buffer encode(const Command& command);
// The other direction, for a chip. The command's data borrows from `packet`.
Result<Command> decode_command(Bytes packet);

// REQUIRES: 1 <= data.size() <= packet_bytes_max - response_overhead. A single byte is a status.
Buffer encode_response(Bytes data);
// Returns the response's data, borrowed from `packet`.
Result<Bytes> decode_response(Bytes packet);

}  // namespace signet::element
