#include "mqtt/unsubscribe.h"

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// 5.0, table 3-9.
bool is_unsuback_reason(std::uint8_t code) {
  switch (code) {
    case 0x00:
    case 0x11:
    case 0x80:
    case 0x83:
    case 0x87:
    case 0x8f:
    case 0x91: return true;
    default: return false;
  }
}

}  // namespace

Result<Unsubscribe> decode_unsubscribe(Version version, std::uint8_t flags, Bytes body) {
  if (flags != 2) return Error{Errc::malformed, "[MQTT-3.10.1-1] flags of UNSUBSCRIBE are not 0010"};
  Reader in{body};
  Unsubscribe u;
  u.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5) u.properties = TRY(read_properties(in, Carrier::unsubscribe));
  if (in.empty()) return Error{Errc::conflict, "[MQTT-3.10.3-2] UNSUBSCRIBE without a filter"};
  while (!in.empty()) {
    if (u.filters.size() == filters_max) return Error{Errc::too_large, "more filters than filters_max"};
    u.filters.push_back(TRY(read_string(in)));  // [MQTT-3.10.3-1]
    TRY(check_topic_filter(u.filters.back()));
  }
  return u;
}

void encode(Buffer& out, Version version, const Unsubscribe& unsubscribe) {
  Buffer body;
  Writer{body}.u16_be(unsubscribe.packet_id);
  if (version == Version::v5) write_properties(body, unsubscribe.properties);
  for (const std::string_view filter : unsubscribe.filters) write_string(body, filter);
  write_packet(out, PacketType::unsubscribe, 2, body);
}

Result<Unsuback> decode_unsuback(Version version, std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  Reader in{body};
  Unsuback u;
  u.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5) {
    u.properties = TRY(read_properties(in, Carrier::unsuback));
    if (in.empty()) return Error{Errc::malformed, "3.11.3: UNSUBACK without a reason code"};
    if (in.size() > filters_max) return Error{Errc::too_large, "more reason codes than filters_max"};
    for (const std::uint8_t code : in.rest()) {
      if (!is_unsuback_reason(code))
        return Error{Errc::malformed, "[MQTT-3.11.3-2] reason code is not one of UNSUBACK"};
      u.reasons.push_back(static_cast<ReasonCode>(code));
    }
  }
  TRY(in.end());
  return u;
}

void encode(Buffer& out, Version version, const Unsuback& unsuback) {
  Buffer body;
  Writer{body}.u16_be(unsuback.packet_id);
  if (version == Version::v5) {
    write_properties(body, unsuback.properties);
    for (const ReasonCode reason : unsuback.reasons) body.push_back(static_cast<std::uint8_t>(reason));
  }
  write_packet(out, PacketType::unsuback, 0, body);
}

}  // namespace signet::mqtt
