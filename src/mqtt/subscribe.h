// subscribe.h -- SUBSCRIBE (3.8) and its answer SUBACK (3.9).
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Subscription {
  std::string_view filter;
  Qos qos = Qos::at_least_once;
  bool no_local = false;  // 5.0 from here
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;  // 0 to 2
};

struct Subscribe {
  std::uint16_t packet_id = 0;
  std::vector<Subscription> subscriptions = {};  // 1 to filters_max
  Properties properties = {};
};

struct Suback {
  std::uint16_t packet_id = 0;
  std::vector<ReasonCode> reasons =
      {};  // one a subscription, in its order [MQTT-3.8.4-6]; 3.1.1 knows 0, 1, 2 and 0x80
  Properties properties = {};
};

Result<Subscribe> decode_subscribe(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Subscribe& subscribe);
Result<Suback> decode_suback(Version version, std::uint8_t flags, Bytes body);
void encode(Buffer& out, Version version, const Suback& suback);

}  // namespace signet::mqtt
