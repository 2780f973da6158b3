// disconnect.h -- DISCONNECT (3.14), read and written in one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Disconnect {
  ReasonCode reason = ReasonCode::success;
  Properties properties = {};
};

Result<Disconnect> decode_disconnect(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Disconnect& disconnect);

}  // namespace signet::mqtt
