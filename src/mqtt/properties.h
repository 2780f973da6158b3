// properties.h -- the properties of MQTT 5.0 (2.2.2).
//
//   properties := length:varint { id:varint value }
// Read strictly: an unknown id, one that its packet may not carry, or a value of the wrong form is malformed
// [MQTT-2.2.2.2]; one that stands twice (user properties aside), or out of its range, is a protocol error
// (Errc::conflict).
#pragma once

#include "mqtt/types.h"

#include <vector>

namespace signet::mqtt {

enum class PropertyId : std::uint8_t {
  payload_format = 0x01,
  message_expiry = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_id = 0x0b,
  session_expiry = 0x11,
  assigned_client_id = 0x12,
  server_keepalive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay = 0x18,
  request_response_information = 0x19,
  response_information = 0x1a,
  server_reference = 0x1c,
  reason_string = 0x1f,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_ids_available = 0x29,
  shared_subscription_available = 0x2a,
};

// Who carries them. A will's properties stand within CONNECT and have rules of their own.
enum class Carrier : std::uint8_t {
  connect,
  connack,
  publish,
  will,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  disconnect
};

// Borrows every text from the packet it was read from, or from the caller who set it.
class Properties {
 public:
  Properties& set(PropertyId id, std::uint32_t value);
  Properties& set(PropertyId id, std::string_view value);  // texts and binary data
  Properties& add_user(std::string_view name, std::string_view value);

  std::optional<std::uint32_t> number(PropertyId id) const;
  std::optional<std::string_view> text(PropertyId id) const;
  std::optional<std::string_view> user(std::string_view name) const;  // the first of that name
  bool has(PropertyId id) const { return find(id) != nullptr; }
  bool empty() const { return all_.empty(); }

  struct Property {
    PropertyId id;
    std::uint32_t number = 0;
    std::string_view text = {};  // the value, or a user property's
    std::string_view name = {};  // of a user property
    bool operator==(const Property&) const = default;
  };
  const std::vector<Property>& all() const { return all_; }  // in the order of the packet [MQTT-3.1.3-10]
  bool operator==(const Properties&) const = default;

 private:
  friend Result<Properties> read_properties(Reader& in, Carrier carrier);
  const Property* find(PropertyId id) const;
  std::vector<Property> all_;
};

// Length and all properties; leaves `in` behind them.
Result<Properties> read_properties(Reader& in, Carrier carrier);
// REQUIRES: texts fit string_bytes_max.
void write_properties(Buffer& out, const Properties& properties);

}  // namespace signet::mqtt
