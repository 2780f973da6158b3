#include "mqtt/connect.h"

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// The connect flags (3.1.2.3).
constexpr unsigned reserved_flag = 0x01, clean_start_flag = 0x02, will_flag = 0x04, will_qos_shift = 3,
                   will_retain_flag = 0x20, password_flag = 0x40, user_name_flag = 0x80;

Result<std::uint8_t> read_level(Reader& in) {
  const std::string_view name = TRY(read_string(in));
  if (name != "MQTT") return Error{Errc::malformed, "[MQTT-3.1.2-1] protocol name is not MQTT"};
  return in.u8();
}

Status check_flags(Version version, unsigned flags) {
  const unsigned will_qos = flags >> will_qos_shift & 3;
  if (flags & reserved_flag) return Error{Errc::malformed, "[MQTT-3.1.2-3] reserved connect flag is set"};
  if (will_qos == 3) return Error{Errc::malformed, "[MQTT-3.1.2-12] both will QoS bits are set"};
  if (!(flags & will_flag)) {
    if (will_qos != 0) return Error{Errc::malformed, "[MQTT-3.1.2-11] will QoS without a will"};
    if (flags & will_retain_flag) return Error{Errc::malformed, "[MQTT-3.1.2-13] will retain without a will"};
  }
  if (version == Version::v311 && flags & password_flag && !(flags & user_name_flag)) {
    return Error{Errc::malformed, "3.1.1: [MQTT-3.1.2-22] password without a user name"};
  }
  return {};
}

Result<Will> read_will(Reader& in, Version version, unsigned flags) {
  Will will;
  will.qos = static_cast<Qos>(flags >> will_qos_shift & 3);
  will.retain = (flags & will_retain_flag) != 0;
  if (version == Version::v5) will.properties = TRY(read_properties(in, Carrier::will));
  will.topic = TRY(read_string(in));  // [MQTT-3.1.3-11]
  TRY(check_topic_name(will.topic));
  will.payload = TRY(read_binary(in));
  return will;
}

unsigned flags_of(const Connect& connect) {
  unsigned flags = connect.clean_start ? clean_start_flag : 0;
  if (connect.will) {
    flags |= will_flag | static_cast<unsigned>(connect.will->qos) << will_qos_shift;
    if (connect.will->retain) flags |= will_retain_flag;
  }
  if (connect.user_name) flags |= user_name_flag;
  if (connect.password) flags |= password_flag;
  return flags;
}

void write_binary(Buffer& out, Bytes data) { write_string(out, text_of(data)); }

}  // namespace

Result<std::uint8_t> connect_level(Bytes body) {
  Reader in{body};
  return read_level(in);
}

Result<Connect> decode_connect(std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  Reader in{body};
  Connect c;
  const std::uint8_t level = TRY(read_level(in));
  if (level != 4 && level != 5) return Error{Errc::malformed, "[MQTT-3.1.2-2] protocol level is neither 4 nor 5"};
  c.version = static_cast<Version>(level);
  const unsigned connect_flags = TRY(in.u8());
  TRY(check_flags(c.version, connect_flags));
  c.clean_start = (connect_flags & clean_start_flag) != 0;
  c.keepalive = TRY(in.u16_be());
  if (c.version == Version::v5) c.properties = TRY(read_properties(in, Carrier::connect));
  c.client_id = TRY(read_string(in));  // [MQTT-3.1.3-4]
  if (connect_flags & will_flag) c.will = TRY(read_will(in, c.version, connect_flags));
  if (connect_flags & user_name_flag) c.user_name = TRY(read_string(in));  // [MQTT-3.1.3-12]
  if (connect_flags & password_flag) c.password = TRY(read_binary(in));
  TRY(in.end());
  return c;
}

void encode(Buffer& out, const Connect& connect) {
  Buffer body;
  write_string(body, "MQTT");
  Writer{body}
      .u8(static_cast<std::uint8_t>(connect.version))
      .u8(static_cast<std::uint8_t>(flags_of(connect)))
      .u16_be(connect.keepalive);
  if (connect.version == Version::v5) write_properties(body, connect.properties);
  write_string(body, connect.client_id);
  if (connect.will) {
    if (connect.version == Version::v5) write_properties(body, connect.will->properties);
    write_string(body, connect.will->topic);
    write_binary(body, connect.will->payload);
  }
  if (connect.user_name) write_string(body, *connect.user_name);
  if (connect.password) write_binary(body, *connect.password);
  write_packet(out, PacketType::connect, 0, body);
}

}  // namespace signet::mqtt
