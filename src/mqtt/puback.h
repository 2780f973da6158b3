// puback.h -- PUBACK (3.4), PUBREC (3.5), PUBREL (3.6) and PUBCOMP (3.7): four packets of one form, read and written in
// one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

template <PacketType type>
struct Acknowledgement {
  std::uint16_t packet_id = 0;
  ReasonCode reason = ReasonCode::success;  // always success in 3.1.1, which has no other answer
  Properties properties = {};
};
using Puback = Acknowledgement<PacketType::puback>;
using Pubrec = Acknowledgement<PacketType::pubrec>;
using Pubrel = Acknowledgement<PacketType::pubrel>;
using Pubcomp = Acknowledgement<PacketType::pubcomp>;

Result<Puback> decode_puback(Version version, std::uint8_t flags, Bytes body);
Result<Pubrec> decode_pubrec(Version version, std::uint8_t flags, Bytes body);
Result<Pubrel> decode_pubrel(Version version, std::uint8_t flags, Bytes body);
Result<Pubcomp> decode_pubcomp(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Puback& puback);
void encode(Buffer& out, Version version, const Pubrec& pubrec);
void encode(Buffer& out, Version version, const Pubrel& pubrel);
void encode(Buffer& out, Version version, const Pubcomp& pubcomp);

}  // namespace signet::mqtt
