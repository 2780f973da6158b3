// publish.h -- PUBLISH (3.3), read and written in one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

// Borrows topic and payload from the packet it was read from, or from whoever sends it.
struct Publish {
  bool dup = false;
  bool retain = false;
  Qos qos = Qos::at_most_once;
  std::string_view topic = {};
  std::uint16_t packet_id = 0;  // 0 exactly when qos is at_most_once
  Bytes payload = {};
  Properties properties = {};
};

// An empty topic is legal in 5.0 beside a topic alias; ServerSession and ClientSession, who announce none, refuse it.
Result<Publish> decode_publish(Version version, std::uint8_t flags, Bytes body);
// REQUIRES: topic fits topic_bytes_max; packet_id as above.
void encode(Buffer& out, Version version, const Publish& publish);

}  // namespace signet::mqtt
