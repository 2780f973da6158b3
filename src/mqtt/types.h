// types.h -- the words of MQTT 3.1.1 and 5.0 (OASIS standards). Clause numbers are those of 5.0 unless "3.1.1:"
// precedes.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string_view>

namespace signet::mqtt {

enum class Version : std::uint8_t { v311 = 4, v5 = 5 };  // the protocol level in CONNECT
enum class Qos : std::uint8_t { at_most_once, at_least_once, exactly_once };

enum class PacketType : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth
};

// 5.0, 2.4. In 3.1.1 only CONNACK and SUBACK carry a code; see return_code_311.
enum class ReasonCode : std::uint8_t {
  success = 0x00,  // also: normal disconnection, granted QoS 0
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  disconnect_with_will = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_error = 0x83,
  unsupported_version = 0x84,
  client_id_invalid = 0x85,
  bad_user_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  banned = 0x8a,
  server_shutting_down = 0x8b,
  bad_authentication_method = 0x8c,
  keepalive_timeout = 0x8d,
  session_taken_over = 0x8e,
  topic_filter_invalid = 0x8f,
  topic_name_invalid = 0x90,
  packet_id_in_use = 0x91,
  packet_id_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  topic_alias_invalid = 0x94,
  packet_too_large = 0x95,
  message_rate_too_high = 0x96,
  quota_exceeded = 0x97,
  administrative_action = 0x98,
  payload_format_invalid = 0x99,
  retain_not_supported = 0x9a,
  qos_not_supported = 0x9b,
  use_another_server = 0x9c,
  server_moved = 0x9d,
  shared_subscriptions_not_supported = 0x9e,
  connection_rate_exceeded = 0x9f,
  maximum_connect_time = 0xa0,
  subscription_ids_not_supported = 0xa1,
  wildcard_subscriptions_not_supported = 0xa2,
};

inline bool is_error(ReasonCode code) { return static_cast<std::uint8_t>(code) >= 0x80; }
// "not authorized": for logs.
std::string_view name_of(ReasonCode code);
// The CONNACK return code of 3.1.1 (table 3.1) that says nearest the same: 0 to 5.
std::uint8_t return_code_311(ReasonCode code);
// What an error of ours is in a PUBACK (5.0, 3.4.2.1), and in a DISCONNECT (3.14.2.1).
ReasonCode puback_reason(Errc code);
ReasonCode disconnect_reason(Errc code);
// True for a PUBACK after which the sender should keep the message and try again: quota exceeded, implementation error.
bool is_worth_retrying(ReasonCode puback);

inline constexpr std::size_t remaining_length_max = 268'435'455;  // 2.1.4: four bytes of seven bits
inline constexpr std::size_t string_bytes_max = 65'535;           // 1.5.4
inline constexpr std::size_t topic_bytes_max = 512;               // ours
inline constexpr std::size_t filters_max = 16;                    // ours, in one SUBSCRIBE or UNSUBSCRIBE
inline constexpr std::size_t user_properties_max = 32;            // ours, in one packet

}  // namespace signet::mqtt
