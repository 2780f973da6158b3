// connack.h -- CONNACK (3.2), read and written in one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Connack {
  bool session_present = false;
  ReasonCode reason = ReasonCode::success;  // in 3.1.1 read back as the 5.0 code that says the same
  Properties properties = {};
};

Result<Connack> decode_connack(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Connack& connack);

}  // namespace signet::mqtt
