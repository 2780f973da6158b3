// What ServerSession does between CONNACK and DISCONNECT.
#include "mqtt/puback.h"
#include "mqtt/server_session.h"

namespace signet::mqtt {

ServerSession::Handled ServerSession::handle_publish(const Packet& packet) {
  Publish publish = TRY(decode_publish(version_, packet.flags, packet.body));
  if (auto refused = refuse_unoffered(publish)) return std::move(*refused);
  if (auto refused = resolve_alias(publish)) return std::move(*refused);
  if (publish.qos != Qos::at_most_once) {
    const std::size_t window = version_ == Version::v5 ? limits_.receive_max : limits_.receive_max_311;
    const Incoming::Verdict verdict = incoming_.receive(publish.packet_id, publish.qos, window);
    if (verdict != Incoming::Verdict::fresh) return handle_again(verdict, publish);
  }
  return std::optional<ServerEvent>{PublishReceived{publish}};
}

std::optional<ServerSession::Handled> ServerSession::refuse_unoffered(const Publish& publish) {
  if (publish.qos > limits_.qos_max) {
    return fail(ReasonCode::qos_not_supported, Errc::forbidden, "[MQTT-3.2.2-11] QoS above our maximum");
  }
  if (publish.retain && version_ == Version::v5) {
    return fail(ReasonCode::retain_not_supported, Errc::forbidden,
                "[MQTT-3.2.2-14] retain; we announced that we do not");
  }
  if (publish.properties.has(PropertyId::subscription_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.3.4-6] a subscription identifier from a client");
  }
  return std::nullopt;
}

// 3.3.2.3.4: a topic is given its number in one PUBLISH and named by it in the next.
std::optional<ServerSession::Handled> ServerSession::resolve_alias(Publish& publish) {
  const auto alias = publish.properties.number(PropertyId::topic_alias);
  if (!alias) return std::nullopt;
  if (*alias > limits_.topic_alias_max) {  // 0 is malformed to the decoder
    return fail(ReasonCode::topic_alias_invalid, Errc::conflict,
                "[MQTT-3.3.2-9] a topic alias above our Topic Alias Maximum");
  }
  if (aliases_.size() < *alias) aliases_.resize(*alias);
  std::string& topic = aliases_[*alias - 1];
  if (!publish.topic.empty()) {
    topic = publish.topic;
  } else if (topic.empty()) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "3.3.2.3.4: a topic alias that stands for nothing yet");
  }
  publish.topic = topic;
  return std::nullopt;
}

ServerSession::Handled ServerSession::handle_again(Incoming::Verdict verdict, const Publish& publish) {
  const bool v5 = version_ == Version::v5;
  switch (verdict) {
    case Incoming::Verdict::recorded:
      send(Pubrec{.packet_id = publish.packet_id});  // [MQTT-4.3.3-10]
      return std::optional<ServerEvent>{};
    case Incoming::Verdict::pending:
      // Asked twice: the answer is on its way. At QoS 1, 5.0 forbids to ask again on one connection.
      if (publish.dup && (!v5 || publish.qos == Qos::exactly_once)) return std::optional<ServerEvent>{};
      break;
    case Incoming::Verdict::full:
      return fail(ReasonCode::receive_maximum_exceeded, Errc::exhausted,
                  "[MQTT-3.3.4-7] more than our receive maximum");
    case Incoming::Verdict::too_many:
      if (!v5) return fail(ReasonCode::quota_exceeded, Errc::exhausted, "unreleased_max messages wait for PUBREL");
      send(Pubrec{.packet_id = publish.packet_id, .reason = ReasonCode::quota_exceeded});
      return std::optional<ServerEvent>{};
    case Incoming::Verdict::fresh:
    case Incoming::Verdict::in_use: break;
  }
  return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-3] a packet id that is in use");
}

ServerSession::Handled ServerSession::handle_puback(const Packet& packet) {
  const auto ended = TRY(delivery_.on(TRY(decode_puback(version_, packet.flags, packet.body))));
  delivery_.pump(output_, now_);
  return std::optional<ServerEvent>{PublishAcknowledged{ended.packet_id, ended.reason}};
}

ServerSession::Handled ServerSession::handle_pubrec(const Packet& packet) {
  const auto after = TRY(delivery_.on(output_, TRY(decode_pubrec(version_, packet.flags, packet.body))));
  if (const auto* received = std::get_if<Delivery::Received>(&after)) {
    return std::optional<ServerEvent>{DeliveryReceived{received->packet_id}};
  }
  const auto* refused = std::get_if<Delivery::Ended>(&after);
  if (refused == nullptr) return std::optional<ServerEvent>{};
  delivery_.pump(output_, now_);
  return std::optional<ServerEvent>{PublishAcknowledged{refused->packet_id, refused->reason}};
}

ServerSession::Handled ServerSession::handle_pubcomp(const Packet& packet) {
  const auto ended = TRY(delivery_.on(TRY(decode_pubcomp(version_, packet.flags, packet.body))));
  if (!ended) return std::optional<ServerEvent>{};
  delivery_.pump(output_, now_);
  return std::optional<ServerEvent>{PublishAcknowledged{ended->packet_id, ended->reason}};
}

ServerSession::Handled ServerSession::handle_pubrel(const Packet& packet) {
  const Pubrel pubrel = TRY(decode_pubrel(version_, packet.flags, packet.body));
  switch (incoming_.release(pubrel.packet_id)) {
    case Incoming::Release::fresh: return std::optional<ServerEvent>{PublishReleased{pubrel.packet_id}};
    case Incoming::Release::pending: break;
    case Incoming::Release::unknown:  // [MQTT-4.3.3-11]; so does one whose PUBCOMP was lost
      send(Pubcomp{.packet_id = pubrel.packet_id, .reason = ReasonCode::packet_id_not_found});
      break;
    case Incoming::Release::early:
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-4.3.3-4] PUBREL before its PUBREC");
  }
  return std::optional<ServerEvent>{};
}

ServerSession::Handled ServerSession::handle_subscribe(const Packet& packet) {
  Subscribe subscribe = TRY(decode_subscribe(version_, packet.flags, packet.body));
  if (subscribe.properties.has(PropertyId::subscription_id)) {
    return fail(ReasonCode::subscription_ids_not_supported, Errc::forbidden, "3.2.2.3.12: a subscription identifier");
  }
  return std::optional<ServerEvent>{SubscribeRequested{std::move(subscribe)}};
}

void ServerSession::acknowledge(std::uint16_t packet_id, ReasonCode reason, std::string_view explanation) {
  if (closed()) return;
  const Qos qos = incoming_.settle(packet_id, !is_error(reason));
  if (version_ == Version::v311 && is_error(reason)) {
    return close(reason, false, Error{Errc::forbidden, "a message was refused, which 3.1.1 can only hear as an end"});
  }
  if (qos == Qos::exactly_once) {
    send(Pubrec{.packet_id = packet_id, .reason = reason}, explanation);  // [MQTT-4.3.3-8]
  } else {
    send(Puback{.packet_id = packet_id, .reason = reason}, explanation);  // [MQTT-4.3.2-4]
  }
}

void ServerSession::complete(std::uint16_t packet_id) {
  if (closed()) return;
  incoming_.complete(packet_id);
  send(Pubcomp{.packet_id = packet_id});  // [MQTT-4.3.3-11]
}

void ServerSession::answer_subscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons) {
  if (!closed()) send(Suback{.packet_id = packet_id, .reasons = std::move(reasons)});  // [MQTT-3.8.4-1]
}

void ServerSession::answer_unsubscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons) {
  if (!closed()) send(Unsuback{.packet_id = packet_id, .reasons = std::move(reasons)});  // [MQTT-3.10.4-4]
}

Result<std::uint16_t> ServerSession::publish(Qos qos, std::string_view topic, Bytes payload,
                                             const Properties& properties) {
  if (!connected()) return Error{Errc::conflict, "not connected"};
  return delivery_.publish(output_, qos, topic, payload, properties);
}

Status ServerSession::deliver(Message message, Instant now) {
  if (!connected()) return Error{Errc::conflict, "not connected"};
  return delivery_.deliver(output_, std::move(message), now);
}

void ServerSession::release(std::uint16_t packet_id) {
  if (!closed()) delivery_.release(output_, packet_id);
}

}  // namespace signet::mqtt
