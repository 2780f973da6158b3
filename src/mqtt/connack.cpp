#include "mqtt/connack.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// 5.0, table 3-1.
bool is_connack_reason(std::uint8_t code) {
  return code == 0 || (code >= 0x80 && code <= 0x8a) || code == 0x8c || code == 0x90 || code == 0x95 || code == 0x97 ||
         (code >= 0x99 && code <= 0x9d) || code == 0x9f;
}

Result<ReasonCode> read_reason(Version version, std::uint8_t code) {
  if (version == Version::v5) {
    if (!is_connack_reason(code)) return Error{Errc::conflict, "[MQTT-3.2.2-8] reason code is not one of CONNACK"};
    return static_cast<ReasonCode>(code);
  }
  constexpr ReasonCode codes[] = {ReasonCode::success,
                                  ReasonCode::unsupported_version,
                                  ReasonCode::client_id_invalid,
                                  ReasonCode::server_unavailable,
                                  ReasonCode::bad_user_or_password,
                                  ReasonCode::not_authorized};
  if (code >= std::size(codes)) return Error{Errc::malformed, "3.1.1: 3.2.2.3 return code is reserved"};
  return codes[code];
}

}  // namespace

Result<Connack> decode_connack(Version version, std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  Reader in{body};
  Connack c;
  const std::uint8_t acknowledge_flags = TRY(in.u8());
  if (acknowledge_flags > 1) return Error{Errc::malformed, "[MQTT-3.2.2-1] reserved acknowledge flags are set"};
  c.session_present = acknowledge_flags == 1;
  c.reason = TRY(read_reason(version, TRY(in.u8())));
  if (c.session_present && is_error(c.reason)) {
    return Error{Errc::conflict, "[MQTT-3.2.2-6] session present in a refusal"};
  }
  if (version == Version::v5) c.properties = TRY(read_properties(in, Carrier::connack));
  TRY(in.end());
  return c;
}

void encode(Buffer& out, Version version, const Connack& connack) {
  Buffer body;
  const std::uint8_t code =
      version == Version::v5 ? static_cast<std::uint8_t>(connack.reason) : return_code_311(connack.reason);
  Writer{body}.u8(connack.session_present ? 1 : 0).u8(code);
  if (version == Version::v5) write_properties(body, connack.properties);
  write_packet(out, PacketType::connack, 0, body);
}

}  // namespace signet::mqtt
