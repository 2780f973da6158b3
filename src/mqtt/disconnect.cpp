#include "mqtt/disconnect.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// 5.0, table 3-13.
bool is_disconnect_reason(std::uint8_t code) {
  return code == 0x00 || code == 0x04 || (code >= 0x80 && code <= 0x83) || code == 0x87 || code == 0x89 ||
         code == 0x8b || (code >= 0x8d && code <= 0x90) || (code >= 0x93 && code <= 0xa2);
}

}  // namespace

// 5.0, 3.14.2.1: reason and property length may both be left out when they say nothing.
Result<Disconnect> decode_disconnect(Version version, std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));  // [MQTT-3.14.1-1]
  Reader in{body};
  Disconnect d;
  if (version == Version::v5 && !in.empty()) {
    const std::uint8_t code = TRY(in.u8());
    if (!is_disconnect_reason(code))
      return Error{Errc::conflict, "[MQTT-3.14.2-1] reason code is not one of DISCONNECT"};
    d.reason = static_cast<ReasonCode>(code);
    if (!in.empty()) d.properties = TRY(read_properties(in, Carrier::disconnect));
  }
  TRY(in.end());
  return d;
}

void encode(Buffer& out, Version version, const Disconnect& disconnect) {
  Buffer body;
  const bool says_more = disconnect.reason != ReasonCode::success || !disconnect.properties.empty();
  if (version == Version::v5 && says_more) {
    Writer{body}.u8(static_cast<std::uint8_t>(disconnect.reason));
    if (!disconnect.properties.empty()) write_properties(body, disconnect.properties);
  }
  write_packet(out, PacketType::disconnect, 0, body);
}

}  // namespace signet::mqtt
