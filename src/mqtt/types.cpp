#include "mqtt/types.h"

namespace signet::mqtt {

std::string_view name_of(ReasonCode code) {
  switch (code) {
    case ReasonCode::success: return "success";
    case ReasonCode::granted_qos_1: return "granted QoS 1";
    case ReasonCode::granted_qos_2: return "granted QoS 2";
    case ReasonCode::disconnect_with_will: return "disconnect with will";
    case ReasonCode::no_matching_subscribers: return "no matching subscribers";
    case ReasonCode::no_subscription_existed: return "no subscription existed";
    case ReasonCode::unspecified_error: return "unspecified error";
    case ReasonCode::malformed_packet: return "malformed packet";
    case ReasonCode::protocol_error: return "protocol error";
    case ReasonCode::implementation_error: return "implementation specific error";
    case ReasonCode::unsupported_version: return "unsupported protocol version";
    case ReasonCode::client_id_invalid: return "client identifier not valid";
    case ReasonCode::bad_user_or_password: return "bad user name or password";
    case ReasonCode::not_authorized: return "not authorized";
    case ReasonCode::server_unavailable: return "server unavailable";
    case ReasonCode::server_busy: return "server busy";
    case ReasonCode::banned: return "banned";
    case ReasonCode::server_shutting_down: return "server shutting down";
    case ReasonCode::bad_authentication_method: return "bad authentication method";
    case ReasonCode::keepalive_timeout: return "keep alive timeout";
    case ReasonCode::session_taken_over: return "session taken over";
    case ReasonCode::topic_filter_invalid: return "topic filter invalid";
    case ReasonCode::topic_name_invalid: return "topic name invalid";
    case ReasonCode::packet_id_in_use: return "packet identifier in use";
    case ReasonCode::packet_id_not_found: return "packet identifier not found";
    case ReasonCode::receive_maximum_exceeded: return "receive maximum exceeded";
    case ReasonCode::topic_alias_invalid: return "topic alias invalid";
    case ReasonCode::packet_too_large: return "packet too large";
    case ReasonCode::message_rate_too_high: return "message rate too high";
    case ReasonCode::quota_exceeded: return "quota exceeded";
    case ReasonCode::administrative_action: return "administrative action";
    case ReasonCode::payload_format_invalid: return "payload format invalid";
    case ReasonCode::retain_not_supported: return "retain not supported";
    case ReasonCode::qos_not_supported: return "QoS not supported";
    case ReasonCode::use_another_server: return "use another server";
    case ReasonCode::server_moved: return "server moved";
    case ReasonCode::shared_subscriptions_not_supported: return "shared subscriptions not supported";
    case ReasonCode::connection_rate_exceeded: return "connection rate exceeded";
    case ReasonCode::maximum_connect_time: return "maximum connect time";
    case ReasonCode::subscription_ids_not_supported: return "subscription identifiers not supported";
    case ReasonCode::wildcard_subscriptions_not_supported: return "wildcard subscriptions not supported";
  }
  return "a reason code unknown to MQTT 5";
}

// A switch with a default, against the house's habit: 3.1.1 has six words for all there is to say.
std::uint8_t return_code_311(ReasonCode code) {
  switch (code) {
    case ReasonCode::success: return 0;
    case ReasonCode::unsupported_version: return 1;
    case ReasonCode::client_id_invalid: return 2;
    case ReasonCode::bad_user_or_password: return 4;
    case ReasonCode::not_authorized:
    case ReasonCode::banned:
    case ReasonCode::bad_authentication_method: return 5;
    default: return 3;
  }
}

ReasonCode puback_reason(Errc code) {
  switch (code) {
    case Errc::malformed:
    case Errc::too_large: return ReasonCode::payload_format_invalid;
    case Errc::unauthenticated:
    case Errc::forbidden: return ReasonCode::not_authorized;
    case Errc::not_found: return ReasonCode::topic_name_invalid;
    case Errc::exhausted: return ReasonCode::quota_exceeded;
    case Errc::conflict:
    case Errc::unavailable:
    case Errc::corrupt: return ReasonCode::implementation_error;
  }
  return ReasonCode::unspecified_error;
}

ReasonCode disconnect_reason(Errc code) {
  switch (code) {
    case Errc::malformed: return ReasonCode::malformed_packet;
    case Errc::too_large: return ReasonCode::packet_too_large;
    case Errc::conflict: return ReasonCode::protocol_error;
    case Errc::unauthenticated:
    case Errc::forbidden: return ReasonCode::not_authorized;
    case Errc::not_found: return ReasonCode::topic_name_invalid;
    case Errc::exhausted: return ReasonCode::quota_exceeded;
    case Errc::unavailable: return ReasonCode::server_busy;
    case Errc::corrupt: return ReasonCode::implementation_error;
  }
  return ReasonCode::unspecified_error;
}

bool is_worth_retrying(ReasonCode puback) {
  return puback == ReasonCode::quota_exceeded || puback == ReasonCode::implementation_error ||
         puback == ReasonCode::unspecified_error;
}

}  // namespace signet::mqtt
