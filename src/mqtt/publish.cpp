#include "mqtt/publish.h"

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

constexpr unsigned dup_flag = 8, retain_flag = 1;

Result<Qos> qos_of(unsigned flags) {
  const unsigned qos = flags >> 1 & 3;
  if (qos == 3) return Error{Errc::malformed, "[MQTT-3.3.1-4] both QoS bits are set"};
  if (qos == 0 && flags & dup_flag) return Error{Errc::malformed, "[MQTT-3.3.1-2] DUP is set at QoS 0"};
  return static_cast<Qos>(qos);
}

Status check(const Publish& p) {
  const auto alias = p.properties.number(PropertyId::topic_alias);
  if (alias == 0u) return Error{Errc::malformed, "[MQTT-3.3.2-8] topic alias is 0"};
  if (!p.topic.empty() || !alias) TRY(check_topic_name(p.topic));
  const auto response_topic = p.properties.text(PropertyId::response_topic);
  if (response_topic && has_wildcard(*response_topic)) {
    return Error{Errc::malformed, "[MQTT-3.3.2-14] wildcard in response topic"};
  }
  return {};
}

}  // namespace

Result<Publish> decode_publish(Version version, std::uint8_t flags, Bytes body) {
  Reader in{body};
  Publish p;
  p.dup = (flags & dup_flag) != 0;
  p.retain = (flags & retain_flag) != 0;
  p.qos = TRY(qos_of(flags));
  p.topic = TRY(read_string(in));  // [MQTT-3.3.2-1]
  if (p.qos != Qos::at_most_once) p.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5) p.properties = TRY(read_properties(in, Carrier::publish));
  TRY(check(p));
  p.payload = in.rest();
  return p;
}

void encode(Buffer& out, Version version, const Publish& publish) {
  ENSURE((publish.packet_id == 0) == (publish.qos == Qos::at_most_once));  // [MQTT-2.2.1-2]
  Buffer body;
  write_string(body, publish.topic);
  if (publish.packet_id != 0) Writer{body}.u16_be(publish.packet_id);
  if (version == Version::v5) write_properties(body, publish.properties);
  Writer{body}.bytes(publish.payload);
  const unsigned flags =
      (publish.dup ? dup_flag : 0) | static_cast<unsigned>(publish.qos) << 1 | (publish.retain ? retain_flag : 0);
  write_packet(out, PacketType::publish, static_cast<std::uint8_t>(flags), body);
}

}  // namespace signet::mqtt
