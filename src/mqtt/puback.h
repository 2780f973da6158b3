// puback.h -- PUBACK (3.4), read and written in one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Puback {
  std::uint16_t packet_id = 0;
  ReasonCode reason = ReasonCode::success;  // always success in 3.1.1, which has no other answer
  Properties properties = {};
};

Result<Puback> decode_puback(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Puback& puback);

}  // namespace signet::mqtt
