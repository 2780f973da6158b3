// wire.h -- the data representations that all packets share (1.5, 2.1), read and written.
//
//   packet := type:4bit flags:4bit remaining_length:varint body[remaining_length]
#pragma once

#include "mqtt/types.h"

namespace signet::mqtt {

// Variable byte integer (1.5.5), 1 to 4 bytes, in the fewest bytes [MQTT-1.5.5-1].
Result<std::uint32_t> read_varint(Reader& in);
void write_varint(Buffer& out, std::uint32_t value);  // REQUIRES: value <= remaining_length_max

Result<std::string_view> read_string(Reader& in);       // UTF-8 without U+0000 [MQTT-1.5.4-1] [MQTT-1.5.4-2]
Result<Bytes> read_binary(Reader& in);                  // 1.5.6
void write_string(Buffer& out, std::string_view text);  // REQUIRES: fits string_bytes_max

Result<std::uint16_t> read_packet_id(Reader& in);  // never 0 [MQTT-2.2.1-3]
// The reserved flags of the fixed header [MQTT-2.1.3-1].
Status expect_flags(std::uint8_t flags, std::uint8_t expected);

// Appends a whole packet. REQUIRES: body fits remaining_length_max.
void write_packet(Buffer& out, PacketType type, std::uint8_t flags, Bytes body);

// PINGREQ and PINGRESP have no body (3.12, 3.13).
Status decode_ping(std::uint8_t flags, Bytes body);
void encode_pingreq(Buffer& out);
void encode_pingresp(Buffer& out);

}  // namespace signet::mqtt
