#include "mqtt/wire.h"

namespace signet::mqtt {

Result<std::uint32_t> read_varint(Reader& in) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint8_t byte = TRY(in.u8());
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte & 0x80) continue;
    if (byte == 0 && shift != 0) return Error{Errc::malformed, "[MQTT-1.5.5-1] number is not in its fewest bytes"};
    return value;
  }
  return Error{Errc::malformed, "[MQTT-1.5.5-1] number goes on after four bytes"};
}

void write_varint(Buffer& out, std::uint32_t value) {
  ENSURE(value <= remaining_length_max);
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

Result<Bytes> read_binary(Reader& in) {
  const std::size_t size = TRY(in.u16_be());
  return in.take(size);
}

Result<std::string_view> read_string(Reader& in) {
  const std::string_view text = text_of(TRY(read_binary(in)));
  if (!is_utf8(text)) return Error{Errc::malformed, "[MQTT-1.5.4-1] text is not UTF-8, or [MQTT-1.5.4-2] holds U+0000"};
  return text;
}

void write_string(Buffer& out, std::string_view text) {
  ENSURE(text.size() <= string_bytes_max);
  Writer{out}.u16_be(static_cast<std::uint16_t>(text.size())).text(text);
}

Result<std::uint16_t> read_packet_id(Reader& in) {
  const std::uint16_t id = TRY(in.u16_be());
  if (id == 0) return Error{Errc::malformed, "[MQTT-2.2.1-3] packet id is 0"};
  return id;
}

Status expect_flags(std::uint8_t flags, std::uint8_t expected) {
  if (flags != expected) return Error{Errc::malformed, "[MQTT-2.1.3-1] reserved flags of the fixed header are wrong"};
  return {};
}

void write_packet(Buffer& out, PacketType type, std::uint8_t flags, Bytes body) {
  ENSURE(body.size() <= remaining_length_max);
  out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags));
  write_varint(out, static_cast<std::uint32_t>(body.size()));
  Writer{out}.bytes(body);
}

Status decode_ping(std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  return Reader{body}.end();
}

void encode_pingreq(Buffer& out) { write_packet(out, PacketType::pingreq, 0, {}); }
void encode_pingresp(Buffer& out) { write_packet(out, PacketType::pingresp, 0, {}); }

}  // namespace signet::mqtt
