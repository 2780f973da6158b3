#include "mqtt/puback.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// 5.0, table 3-4.
bool is_puback_reason(std::uint8_t code) {
  switch (code) {
    case 0x00:
    case 0x10:
    case 0x80:
    case 0x83:
    case 0x87:
    case 0x90:
    case 0x91:
    case 0x97:
    case 0x99: return true;
    default: return false;
  }
}

}  // namespace

// 5.0, 3.4.2.1: reason and property length may both be left out when they say nothing.
Result<Puback> decode_puback(Version version, std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  Reader in{body};
  Puback p;
  p.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5 && !in.empty()) {
    const std::uint8_t code = TRY(in.u8());
    if (!is_puback_reason(code)) return Error{Errc::conflict, "[MQTT-3.4.2-1] reason code is not one of PUBACK"};
    p.reason = static_cast<ReasonCode>(code);
    if (!in.empty()) p.properties = TRY(read_properties(in, Carrier::puback));
  }
  TRY(in.end());
  return p;
}

void encode(Buffer& out, Version version, const Puback& puback) {
  Buffer body;
  Writer{body}.u16_be(puback.packet_id);
  const bool says_more = puback.reason != ReasonCode::success || !puback.properties.empty();
  if (version == Version::v5 && says_more) {
    Writer{body}.u8(static_cast<std::uint8_t>(puback.reason));
    if (!puback.properties.empty()) write_properties(body, puback.properties);
  }
  write_packet(out, PacketType::puback, 0, body);
}

}  // namespace signet::mqtt
