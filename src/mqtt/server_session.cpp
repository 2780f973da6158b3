#include "mqtt/server_session.h"

#include "mqtt/connack.h"
#include "mqtt/disconnect.h"
#include "mqtt/puback.h"
#include "mqtt/topic.h"
#include "mqtt/wire.h"

namespace signet::mqtt {

ServerSession::ServerSession(const ServerLimits& limits, Instant now)
    : limits_(limits), framer_(limits.packet_bytes_max), now_(now), last_heard_(now) {
  outgoing_.set_window(limits.send_max);
}

void ServerSession::receive(Bytes bytes, Instant now) {
  ENSURE(input_.empty() || closed());
  now_ = now;
  if (!closed()) input_ = bytes;
}

void ServerSession::tick(Instant now) {
  now_ = now;
  const auto due = deadline();
  if (!due || now < *due) return;
  if (connected()) {
    close(ReasonCode::keepalive_timeout, false,
          Error{Errc::unavailable, "[MQTT-3.1.2-22] silent for 1.5 times its keep alive"});
  } else {
    close(ReasonCode::maximum_connect_time, false, Error{Errc::unavailable, "no CONNECT within connect_timeout"});
  }
}

std::optional<Instant> ServerSession::deadline() const {
  if (closed()) return std::nullopt;
  return last_heard_ + (connected() ? Micros{keepalive_} * 3 / 2 : Micros{limits_.connect_timeout});
}

std::optional<ServerEvent> ServerSession::next() {
  ENSURE(state_ != State::asked);  // the owner answers ConnectRequested first
  while (!closed()) {
    auto packet = framer_.next(input_);
    if (packet && !packet.value()) return std::nullopt;
    Handled event = packet ? handle(*packet.value()) : Handled{packet.error()};
    if (!event) {
      close(disconnect_reason(event.error().code), false, event.error());
    } else if (event.value()) {
      return std::move(event).value();
    }
  }
  if (closing_) return std::exchange(closing_, std::nullopt);
  return std::nullopt;
}

ServerSession::Handled ServerSession::handle(const Packet& packet) {
  last_heard_ = now_;  // whole packets alone count: a drip does not keep a connection alive
  if (state_ == State::waiting) {
    if (packet.type == PacketType::connect) return handle_connect(packet);
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.1.0-1] the first packet is not CONNECT");
  }
  switch (packet.type) {
    case PacketType::publish: return handle_publish(packet);
    case PacketType::puback: return handle_puback(packet);
    case PacketType::subscribe: return handle_subscribe(packet);
    case PacketType::unsubscribe:
      return std::optional<ServerEvent>{
          UnsubscribeRequested{TRY(decode_unsubscribe(version_, packet.flags, packet.body))}};
    case PacketType::pingreq:
      TRY(decode_ping(packet.flags, packet.body));
      encode_pingresp(output_);  // [MQTT-3.12.4-1]
      return std::optional<ServerEvent>{};
    case PacketType::disconnect: return handle_disconnect(packet);
    case PacketType::connect:
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.1.0-2] a second CONNECT");
    case PacketType::connack:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
    case PacketType::suback:
    case PacketType::unsuback:
    case PacketType::pingresp:
    case PacketType::auth: break;
  }
  return fail(ReasonCode::protocol_error, Errc::conflict, "a packet that a client may not send us");
}

ServerSession::Handled ServerSession::refuse_version(std::uint8_t level) {
  version_ = level < 4 ? Version::v311 : Version::v5;
  state_ = State::asked;
  refuse(ReasonCode::unsupported_version,
         Error{Errc::malformed, "[MQTT-3.1.2-2] protocol level " + std::to_string(level)});
  return std::optional<ServerEvent>{};
}

ServerSession::Handled ServerSession::handle_connect(const Packet& packet) {
  const std::uint8_t level = TRY(connect_level(packet.body));
  if (level != 4 && level != 5) return refuse_version(level);
  const Connect connect = TRY(decode_connect(packet.flags, packet.body));
  version_ = connect.version;
  state_ = State::asked;
  asked_keepalive_ = connect.keepalive;
  const Properties& said = connect.properties;
  expiry_asked_ = said.number(PropertyId::session_expiry).value_or(0) != 0;
  peer_packet_max_ = said.number(PropertyId::maximum_packet_size).value_or(remaining_length_max);
  outgoing_.set_window(static_cast<std::uint16_t>(
      std::min<std::uint32_t>(limits_.send_max, said.number(PropertyId::receive_maximum).value_or(65'535))));
  std::optional<ReasonCode> refusal;
  if (version_ == Version::v5 && connect.will && connect.will->qos == Qos::exactly_once) {
    refusal = ReasonCode::qos_not_supported;  // [MQTT-3.2.2-12]
  }
  if (version_ == Version::v5 && connect.will && connect.will->retain) {
    refusal = ReasonCode::retain_not_supported;  // [MQTT-3.2.2-13]
  }
  if (said.has(PropertyId::authentication_method)) refusal = ReasonCode::bad_authentication_method;
  if (!refusal) return std::optional<ServerEvent>{ConnectRequested{connect}};
  refuse(*refusal, Error{Errc::forbidden, "CONNECT asks for what we do not offer: " + std::string{name_of(*refusal)}});
  return std::optional<ServerEvent>{};
}

void ServerSession::accept(std::string_view assigned_client_id) {
  ENSURE(state_ == State::asked);
  state_ = State::connected;
  const Seconds asked{asked_keepalive_};
  const bool too_long = asked > limits_.keepalive_max && version_ == Version::v5;  // 3.1.1 cannot be told
  keepalive_ = asked == Seconds{0} || too_long ? limits_.keepalive_max : asked;
  Connack connack;
  if (version_ == Version::v5) {
    Properties& say = connack.properties;
    if (expiry_asked_) say.set(PropertyId::session_expiry, 0u);
    say.set(PropertyId::receive_maximum, limits_.receive_max)
        .set(PropertyId::maximum_qos, 1u)
        .set(PropertyId::retain_available, 0u)
        .set(PropertyId::maximum_packet_size, static_cast<std::uint32_t>(limits_.packet_bytes_max));
    if (!assigned_client_id.empty()) say.set(PropertyId::assigned_client_id, assigned_client_id);  // [MQTT-3.1.3-7]
    say.set(PropertyId::wildcard_subscription_available, 0u)
        .set(PropertyId::subscription_ids_available, 0u)
        .set(PropertyId::shared_subscription_available, 0u);
    if (keepalive_ != asked) say.set(PropertyId::server_keepalive, static_cast<std::uint32_t>(keepalive_.count()));
  }
  encode(output_, version_, connack);
}

void ServerSession::refuse(ReasonCode reason, Error why) {
  ENSURE(state_ == State::asked && is_error(reason));
  encode(output_, version_, Connack{.reason = reason});
  close(reason, false, std::move(why));
}

ServerSession::Handled ServerSession::handle_publish(const Packet& packet) {
  const Publish publish = TRY(decode_publish(version_, packet.flags, packet.body));
  const bool v5 = version_ == Version::v5;
  if (publish.qos == Qos::exactly_once) {
    return fail(ReasonCode::qos_not_supported, Errc::forbidden, "[MQTT-3.2.2-11] QoS 2; we offer 0 and 1");
  }
  if (publish.retain && v5) {
    return fail(ReasonCode::retain_not_supported, Errc::forbidden,
                "[MQTT-3.2.2-14] retain; we announced that we do not");
  }
  if (publish.properties.has(PropertyId::topic_alias)) {
    return fail(ReasonCode::topic_alias_invalid, Errc::conflict,
                "[MQTT-3.3.2-9] a topic alias; we announced a maximum of 0");
  }
  if (publish.properties.has(PropertyId::subscription_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.3.4-6] a subscription identifier from a client");
  }
  if (publish.qos == Qos::at_least_once) {
    if (incoming_.contains(publish.packet_id)) {
      if (!v5 && publish.dup) return std::optional<ServerEvent>{};  // asked twice; the PUBACK is on its way
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-3] a packet id that is in use");
    }
    if (incoming_.size() >= (v5 ? limits_.receive_max : limits_.receive_max_311)) {
      return fail(ReasonCode::receive_maximum_exceeded, Errc::exhausted,
                  "[MQTT-3.3.4-7] more than our receive maximum");
    }
    incoming_.insert(publish.packet_id);
  }
  return std::optional<ServerEvent>{PublishReceived{publish}};
}

ServerSession::Handled ServerSession::handle_puback(const Packet& packet) {
  const Puback puback = TRY(decode_puback(version_, packet.flags, packet.body));
  if (!outgoing_.acknowledge(puback.packet_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-5] PUBACK for a packet id that is not in use");
  }
  return std::optional<ServerEvent>{PublishAcknowledged{puback.packet_id, puback.reason}};
}

ServerSession::Handled ServerSession::handle_subscribe(const Packet& packet) {
  Subscribe subscribe = TRY(decode_subscribe(version_, packet.flags, packet.body));
  if (subscribe.properties.has(PropertyId::subscription_id)) {
    return fail(ReasonCode::subscription_ids_not_supported, Errc::forbidden, "3.2.2.3.12: a subscription identifier");
  }
  return std::optional<ServerEvent>{SubscribeRequested{std::move(subscribe)}};
}

ServerSession::Handled ServerSession::handle_disconnect(const Packet& packet) {
  const Disconnect said = TRY(decode_disconnect(version_, packet.flags, packet.body));
  if (said.properties.number(PropertyId::session_expiry).value_or(0) != 0 && !expiry_asked_) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "3.14.2.2.2: session expiry, and CONNECT asked for none");
  }
  close(said.reason, true, Error{Errc::unavailable, "the device ended it: " + std::string{name_of(said.reason)}});
  return std::optional<ServerEvent>{};
}

void ServerSession::acknowledge(std::uint16_t packet_id, ReasonCode reason) {
  if (closed()) return;
  ENSURE(incoming_.erase(packet_id) == 1);
  if (version_ == Version::v311 && is_error(reason)) {
    return close(reason, false, Error{Errc::forbidden, "a message was refused, which 3.1.1 can only hear as an end"});
  }
  encode(output_, version_, Puback{.packet_id = packet_id, .reason = reason});
}

void ServerSession::answer_subscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons) {
  if (closed()) return;
  encode(output_, version_, Suback{.packet_id = packet_id, .reasons = std::move(reasons)});
}

void ServerSession::answer_unsubscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons) {
  if (closed()) return;
  encode(output_, version_, Unsuback{.packet_id = packet_id, .reasons = std::move(reasons)});
}

Result<std::uint16_t> ServerSession::publish(Qos qos, std::string_view topic, Bytes payload,
                                             const Properties& properties) {
  if (!connected()) return Error{Errc::conflict, "not connected"};
  if (qos == Qos::exactly_once) return Error{Errc::conflict, "QoS 2 is not spoken"};
  TRY(check_topic_name(topic));
  const std::uint16_t id = qos == Qos::at_least_once ? TRY(outgoing_.take()) : std::uint16_t{0};
  Buffer packet;
  encode(packet, version_,
         Publish{.qos = qos, .topic = topic, .packet_id = id, .payload = payload, .properties = properties});
  if (packet.size() > peer_packet_max_) {  // [MQTT-3.1.2-24]
    outgoing_.acknowledge(id);
    return Error{Errc::too_large, "[MQTT-3.1.2-24] packet passes the device's maximum"};
  }
  Writer{output_}.bytes(packet);
  return id;
}

void ServerSession::disconnect(ReasonCode reason, Error why) { close(reason, false, std::move(why)); }

void ServerSession::close(ReasonCode reason, bool by_peer, Error why) {
  if (closed()) return;
  // 3.1.1 has no DISCONNECT from a server; in 5.0 it may come only after CONNACK [MQTT-3.14.0-1].
  if (!by_peer && connected() && version_ == Version::v5) encode(output_, version_, Disconnect{.reason = reason});
  state_ = State::closed;
  input_ = {};
  closing_ = SessionClosed{reason, by_peer, std::move(why)};
}

ServerSession::Handled ServerSession::fail(ReasonCode reason, Errc code, std::string_view why) {
  close(reason, false, Error{code, std::string{why}});
  return std::optional<ServerEvent>{};
}

}  // namespace signet::mqtt
