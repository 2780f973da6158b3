#include "mqtt/subscribe.h"

#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

constexpr unsigned no_local_flag = 4, retain_as_published_flag = 8, retain_handling_shift = 4;

Result<Subscription> read_subscription(Reader& in, Version version) {
  Subscription s;
  s.filter = TRY(read_string(in));  // [MQTT-3.8.3-1]
  TRY(check_topic_filter(s.filter));
  const unsigned options = TRY(in.u8());
  const unsigned reserved = version == Version::v5 ? 0xc0 : 0xfc;
  if (options & reserved) return Error{Errc::malformed, "[MQTT-3.8.3-5] reserved subscription options are set"};
  if ((options & 3) == 3) return Error{Errc::malformed, "3.8.3.1: both QoS bits are set"};
  s.qos = static_cast<Qos>(options & 3);
  s.no_local = (options & no_local_flag) != 0;
  s.retain_as_published = (options & retain_as_published_flag) != 0;
  s.retain_handling = static_cast<std::uint8_t>(options >> retain_handling_shift & 3);
  if (s.retain_handling == 3) return Error{Errc::conflict, "3.8.3.1: retain handling is 3"};
  if (s.no_local && is_shared(s.filter))
    return Error{Errc::conflict, "[MQTT-3.8.3-4] no local on a shared subscription"};
  return s;
}

std::uint8_t options_of(Version version, const Subscription& s) {
  unsigned options = static_cast<unsigned>(s.qos);
  if (version == Version::v5) {
    options |= (s.no_local ? no_local_flag : 0) | (s.retain_as_published ? retain_as_published_flag : 0) |
               static_cast<unsigned>(s.retain_handling) << retain_handling_shift;
  }
  return static_cast<std::uint8_t>(options);
}

bool is_suback_reason(Version version, std::uint8_t code) {
  if (code <= 2 || code == 0x80) return true;
  if (version == Version::v311) return false;  // 3.1.1: [MQTT-3.9.3-2]
  switch (code) {
    case 0x83:
    case 0x87:
    case 0x8f:
    case 0x91:
    case 0x97:
    case 0x9e:
    case 0xa1:
    case 0xa2: return true;
    default: return false;
  }
}

}  // namespace

Result<Subscribe> decode_subscribe(Version version, std::uint8_t flags, Bytes body) {
  if (flags != 2) return Error{Errc::malformed, "[MQTT-3.8.1-1] flags of SUBSCRIBE are not 0010"};
  Reader in{body};
  Subscribe s;
  s.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5) s.properties = TRY(read_properties(in, Carrier::subscribe));
  if (in.empty()) return Error{Errc::conflict, "[MQTT-3.8.3-2] SUBSCRIBE without a filter"};
  while (!in.empty()) {
    if (s.subscriptions.size() == filters_max) return Error{Errc::too_large, "more filters than filters_max"};
    s.subscriptions.push_back(TRY(read_subscription(in, version)));
  }
  return s;
}

void encode(Buffer& out, Version version, const Subscribe& subscribe) {
  Buffer body;
  Writer{body}.u16_be(subscribe.packet_id);
  if (version == Version::v5) write_properties(body, subscribe.properties);
  for (const Subscription& s : subscribe.subscriptions) {
    write_string(body, s.filter);
    body.push_back(options_of(version, s));
  }
  write_packet(out, PacketType::subscribe, 2, body);
}

Result<Suback> decode_suback(Version version, std::uint8_t flags, Bytes body) {
  TRY(expect_flags(flags, 0));
  Reader in{body};
  Suback s;
  s.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5) s.properties = TRY(read_properties(in, Carrier::suback));
  if (in.empty()) return Error{Errc::malformed, "[MQTT-3.8.4-6] SUBACK without a reason code"};
  if (in.size() > filters_max) return Error{Errc::too_large, "more reason codes than filters_max"};
  for (const std::uint8_t code : in.rest()) {
    if (!is_suback_reason(version, code))
      return Error{Errc::malformed, "[MQTT-3.9.3-2] reason code is not one of SUBACK"};
    s.reasons.push_back(static_cast<ReasonCode>(code));
  }
  return s;
}

void encode(Buffer& out, Version version, const Suback& suback) {
  Buffer body;
  Writer{body}.u16_be(suback.packet_id);
  if (version == Version::v5) write_properties(body, suback.properties);
  for (const ReasonCode reason : suback.reasons) {
    const bool unsayable = version == Version::v311 && is_error(reason);
    body.push_back(static_cast<std::uint8_t>(unsayable ? ReasonCode::unspecified_error : reason));
  }
  write_packet(out, PacketType::suback, 0, body);
}

}  // namespace signet::mqtt
