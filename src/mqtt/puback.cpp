#include "mqtt/puback.h"

#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

// 5.0, tables 3-4 and 3-5: PUBACK and PUBREC.
bool is_answer_to_publish(std::uint8_t code) {
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

// 5.0, tables 3-6 and 3-7: PUBREL and PUBCOMP.
bool is_release_reason(std::uint8_t code) { return code == 0x00 || code == 0x92; }

Error not_a_reason(PacketType type) {
  switch (type) {
    case PacketType::puback: return {Errc::conflict, "[MQTT-3.4.2-1] reason code is not one of PUBACK"};
    case PacketType::pubrec: return {Errc::conflict, "[MQTT-3.5.2-1] reason code is not one of PUBREC"};
    case PacketType::pubrel: return {Errc::conflict, "[MQTT-3.6.2-1] reason code is not one of PUBREL"};
    default: return {Errc::conflict, "[MQTT-3.7.2-1] reason code is not one of PUBCOMP"};
  }
}

constexpr std::uint8_t flags_of(PacketType type) { return type == PacketType::pubrel ? 2 : 0; }

constexpr Carrier carrier_of(PacketType type) {
  if (type == PacketType::puback) return Carrier::puback;
  if (type == PacketType::pubrec) return Carrier::pubrec;
  return type == PacketType::pubrel ? Carrier::pubrel : Carrier::pubcomp;
}

// 5.0, 3.4.2.1 and its like: reason and property length may both be left out when they say nothing.
template <PacketType type>
Result<Acknowledgement<type>> decode(Version version, std::uint8_t flags, Bytes body) {
  if (flags != flags_of(type) && type == PacketType::pubrel) {
    return Error{Errc::malformed, "[MQTT-3.6.1-1] flags of PUBREL are not 0010"};
  }
  TRY(expect_flags(flags, flags_of(type)));
  Reader in{body};
  Acknowledgement<type> a;
  a.packet_id = TRY(read_packet_id(in));
  if (version == Version::v5 && !in.empty()) {
    const std::uint8_t code = TRY(in.u8());
    const bool releases = type == PacketType::pubrel || type == PacketType::pubcomp;
    if (!(releases ? is_release_reason(code) : is_answer_to_publish(code))) return not_a_reason(type);
    a.reason = static_cast<ReasonCode>(code);
    if (!in.empty()) a.properties = TRY(read_properties(in, carrier_of(type)));
  }
  TRY(in.end());
  return a;
}

template <PacketType type>
void write(Buffer& out, Version version, const Acknowledgement<type>& a) {
  Buffer body;
  Writer{body}.u16_be(a.packet_id);
  const bool says_more = a.reason != ReasonCode::success || !a.properties.empty();
  if (version == Version::v5 && says_more) {
    Writer{body}.u8(static_cast<std::uint8_t>(a.reason));
    if (!a.properties.empty()) write_properties(body, a.properties);
  }
  write_packet(out, type, flags_of(type), body);
}

}  // namespace

Result<Puback> decode_puback(Version version, std::uint8_t flags, Bytes body) {
  return decode<PacketType::puback>(version, flags, body);
}
Result<Pubrec> decode_pubrec(Version version, std::uint8_t flags, Bytes body) {
  return decode<PacketType::pubrec>(version, flags, body);
}
Result<Pubrel> decode_pubrel(Version version, std::uint8_t flags, Bytes body) {
  return decode<PacketType::pubrel>(version, flags, body);
}
Result<Pubcomp> decode_pubcomp(Version version, std::uint8_t flags, Bytes body) {
  return decode<PacketType::pubcomp>(version, flags, body);
}

void encode(Buffer& out, Version version, const Puback& puback) { write(out, version, puback); }
void encode(Buffer& out, Version version, const Pubrec& pubrec) { write(out, version, pubrec); }
void encode(Buffer& out, Version version, const Pubrel& pubrel) { write(out, version, pubrel); }
void encode(Buffer& out, Version version, const Pubcomp& pubcomp) { write(out, version, pubcomp); }

}  // namespace signet::mqtt
