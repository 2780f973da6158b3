// unsubscribe.h -- UNSUBSCRIBE (3.10) and its answer UNSUBACK (3.11).
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Unsubscribe {
  std::uint16_t packet_id = 0;
  std::vector<std::string_view> filters = {};  // 1 to filters_max
  Properties properties = {};
};

struct Unsuback {
  std::uint16_t packet_id = 0;
  std::vector<ReasonCode> reasons = {};  // one a filter; none in 3.1.1
  Properties properties = {};
};

Result<Unsubscribe> decode_unsubscribe(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Unsubscribe& unsubscribe);
Result<Unsuback> decode_unsuback(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Unsuback& unsuback);

}  // namespace signet::mqtt
