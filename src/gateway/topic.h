// topic.h -- the three roads of a device, and none of another's.
//
//   j/data/<device>          telemetry, tag "" (the fleet's default)
//   j/data/<device>/<tag>    telemetry; the tag may hold "/"
//   j/up/<device>            messages {"key", "value"}
//   j/dn/<device>            what a device may subscribe to, with no wildcard
#pragma once

#include "base/ids.h"

#include <optional>

namespace signet::gateway {

enum class Road : std::uint8_t { data, up };

struct DeviceTopic {
  Road road;
  std::string_view tag = {};
};

// forbidden for every topic that is not this device's to publish to.
Result<DeviceTopic> parse_topic(std::string_view topic, const DeviceId& device);
std::string down_topic(const DeviceId& device);

}  // namespace signet::gateway
