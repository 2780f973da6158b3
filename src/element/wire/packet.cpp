#include "element/wire/packet.h"

namespace signet::element {
namespace {

static_assert(packet_bytes_max <= 0xff, "count is one byte");

Status check_crc(Bytes packet, std::uint16_t crc) {
  if (crc != crc16(packet.first(packet.size() - 2))) return Error{Errc::malformed, "crc does not match"};
  return {};
}

}  // namespace

// Polynomial 0x8005, start 0, bits of each byte taken lowest first, result not reflected.
std::uint16_t crc16(Bytes bytes) {
  std::uint16_t crc = 0;
  for (const std::uint8_t byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const bool differs = (byte >> bit & 1) != crc >> 15;
      crc = static_cast<std::uint16_t>(crc << 1);
      if (differs) crc ^= 0x8005;
    }
  }
  return crc;
}

Buffer encode(const Command& command) {
  const std::size_t count = command_overhead + command.data.size();
  ENSURE(count <= packet_bytes_max);

  Buffer out;
  out.reserve(count);
  Writer w{out};
  w.u8(static_cast<std::uint8_t>(count)).u8(command.opcode).u8(command.param1).u16_le(command.param2);
  w.bytes(command.data);
  w.u16_le(crc16(out));
  return out;
}

Result<Command> decode_command(Bytes packet) {
  Reader in{packet};
  const std::size_t count = TRY(in.u8());
  if (count != packet.size() || count < command_overhead || count > packet_bytes_max) {
    return Error{Errc::malformed, "count does not match"};
  }
  Command command;
  command.opcode = TRY(in.u8());
  command.param1 = TRY(in.u8());
  command.param2 = TRY(in.u16_le());
  command.data = TRY(in.take(count - command_overhead));
  TRY(check_crc(packet, TRY(in.u16_le())));
  TRY(in.end());
  return command;
}

Buffer encode_response(Bytes data) {
  const std::size_t count = response_overhead + data.size();
  ENSURE(!data.empty() && count <= packet_bytes_max);

  Buffer out;
  out.reserve(count);
  Writer w{out};
  w.u8(static_cast<std::uint8_t>(count)).bytes(data);
  w.u16_le(crc16(out));
  return out;
}

Result<Bytes> decode_response(Bytes packet) {
  Reader in{packet};
  const std::size_t count = TRY(in.u8());
  if (count != packet.size() || count <= response_overhead || count > packet_bytes_max) {
    return Error{Errc::malformed, "count does not match"};
  }
  const Bytes data = TRY(in.take(count - response_overhead));
  TRY(check_crc(packet, TRY(in.u16_le())));
  TRY(in.end());
  return data;
}

}  // namespace signet::element
