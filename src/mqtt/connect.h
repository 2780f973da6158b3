// connect.h -- CONNECT (3.1), read and written in one place.
#pragma once

#include "mqtt/properties.h"

namespace signet::mqtt {

struct Will {
  Qos qos = Qos::at_most_once;
  bool retain = false;
  std::string_view topic = {};
  Bytes payload = {};
  Properties properties = {};
};

// Borrows texts from the packet it was read from.
struct Connect {
  Version version = Version::v5;
  bool clean_start = true;       // 3.1.1: clean session
  std::uint16_t keepalive = 60;  // seconds; 0 is off
  std::string_view client_id = {};
  std::optional<Will> will = {};
  std::optional<std::string_view> user_name = {};
  std::optional<Bytes> password = {};
  Properties properties = {};  // always empty in 3.1.1
};

// The protocol level alone, so that a version we do not speak can be answered [MQTT-3.1.2-2].
Result<std::uint8_t> connect_level(Bytes body);
Result<Connect> decode_connect(std::uint8_t flags, Bytes body);
void encode(Buffer& out, const Connect& connect);

}  // namespace signet::mqtt
