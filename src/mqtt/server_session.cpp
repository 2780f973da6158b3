#include "mqtt/server_session.h"

#include "mqtt/connack.h"
#include "mqtt/disconnect.h"
#include "mqtt/wire.h"

namespace signet::mqtt {

ServerSession::ServerSession(const ServerLimits& limits, Instant now)
    : limits_(limits), framer_(limits.packet_bytes_max), now_(now), last_heard_(now), delivery_(limits.send_max) {}

void ServerSession::receive(Bytes bytes, Instant now) {
  ENSURE(input_.empty() || closed());
  now_ = now;
  if (!closed()) input_ = bytes;
}

Buffer ServerSession::take_unread() { return copy_of(std::exchange(input_, {})); }

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
    if (const auto unsent = delivery_.take_unsent()) {
      return PublishAcknowledged{unsent->packet_id, unsent->reason, unsent->expired};
    }
    auto packet = framer_.next(input_);
    if (packet && !packet.value()) return std::nullopt;
    Handled event = packet ? handle(*packet.value()) : Handled{packet.error()};
    if (!event) {  // [MQTT-4.13.1-1]
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
    case PacketType::pubrec: return handle_pubrec(packet);
    case PacketType::pubrel: return handle_pubrel(packet);
    case PacketType::pubcomp: return handle_pubcomp(packet);
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
    case PacketType::auth:
      TRY(expect_flags(packet.flags, 0));  // [MQTT-3.15.1-1]
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-4.12.0-7] AUTH, and CONNECT named no method");
    case PacketType::connack:
    case PacketType::suback:
    case PacketType::unsuback:
    case PacketType::pingresp: break;
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
  const Connect connect = TRY(decode_connect(packet.flags, packet.body));  // [MQTT-3.1.4-1]
  state_ = State::asked;
  remember(connect);
  const auto refusal = unoffered(connect);
  if (!refusal) return std::optional<ServerEvent>{ConnectRequested{connect}};
  refuse(*refusal, Error{Errc::forbidden, "CONNECT asks for what we do not offer: " + std::string{name_of(*refusal)}});
  return std::optional<ServerEvent>{};
}

void ServerSession::remember(const Connect& connect) {
  version_ = connect.version;
  clean_start_ = connect.clean_start;
  asked_keepalive_ = connect.keepalive;
  const Properties& said = connect.properties;
  asked_expiry_ = said.number(PropertyId::session_expiry).value_or(0);
  // 3.1.1 knows a session that ends with its connection and one that does not end: [MQTT-3.1.2-4] there.
  if (version_ == Version::v311 && !clean_start_) asked_expiry_ = session_never_expires;
  expiry_asked_ = asked_expiry_ != 0;
  expiry_ = capped(asked_expiry_);
  wants_problem_information_ = said.number(PropertyId::request_problem_information).value_or(1) != 0;
  wants_response_information_ = said.number(PropertyId::request_response_information).value_or(0) != 0;
  const std::uint32_t window = said.number(PropertyId::receive_maximum).value_or(65'535);
  delivery_.set_peer(version_, static_cast<std::uint16_t>(std::min<std::uint32_t>(limits_.send_max, window)),
                     said.number(PropertyId::maximum_packet_size).value_or(remaining_length_max));
}

Seconds ServerSession::capped(std::uint32_t seconds) const {
  return std::min(Seconds{seconds}, limits_.session_expiry_max);
}

std::optional<ReasonCode> ServerSession::unoffered(const Connect& connect) const {
  if (connect.properties.has(PropertyId::authentication_method)) {  // [MQTT-4.12.0-1]
    return ReasonCode::bad_authentication_method;
  }
  if (version_ == Version::v311) {
    const bool nameless = connect.client_id.empty() && !connect.clean_start;  // 3.1.1: [MQTT-3.1.3-8]
    return nameless ? std::optional{ReasonCode::client_id_invalid} : std::nullopt;
  }
  if (connect.will && connect.will->retain) return ReasonCode::retain_not_supported;              // [MQTT-3.2.2-13]
  if (connect.will && connect.will->qos > limits_.qos_max) return ReasonCode::qos_not_supported;  // [MQTT-3.2.2-12]
  return std::nullopt;
}

void ServerSession::accept(const Welcome& said) { welcome(said, false); }

void ServerSession::resume(const Welcome& said, const SessionState& state) {
  ENSURE(!clean_start_);
  welcome(said, true);
  incoming_.resume(state.unreleased);
  delivery_.resume(state.outbound);
  if (connected()) delivery_.pump(output_, now_);
}

void ServerSession::welcome(const Welcome& said, bool session_present) {
  ENSURE(state_ == State::asked);
  const Seconds asked{asked_keepalive_};
  const bool too_long = asked > limits_.keepalive_max && version_ == Version::v5;  // 3.1.1 cannot be told
  keepalive_ = asked == Seconds{0} || too_long ? limits_.keepalive_max : asked;    // [MQTT-3.2.2-22]
  Connack connack{.session_present = session_present};
  if (version_ == Version::v5) {
    Properties& say = connack.properties;
    if (expiry_ != Seconds{asked_expiry_}) {
      say.set(PropertyId::session_expiry, static_cast<std::uint32_t>(expiry_.count()));
    }
    say.set(PropertyId::receive_maximum, limits_.receive_max);
    if (limits_.qos_max != Qos::exactly_once) {  // [MQTT-3.2.2-9]
      say.set(PropertyId::maximum_qos, static_cast<std::uint32_t>(limits_.qos_max));
    }
    say.set(PropertyId::retain_available, 0u)
        .set(PropertyId::maximum_packet_size, static_cast<std::uint32_t>(limits_.packet_bytes_max));
    if (!said.assigned_client_id.empty()) {  // [MQTT-3.1.3-7] [MQTT-3.2.2-16]
      say.set(PropertyId::assigned_client_id, said.assigned_client_id);
    }
    if (limits_.topic_alias_max != 0) say.set(PropertyId::topic_alias_maximum, limits_.topic_alias_max);
    say.set(PropertyId::wildcard_subscription_available, 0u)
        .set(PropertyId::subscription_ids_available, 0u)
        .set(PropertyId::shared_subscription_available, 0u);
    if (keepalive_ != asked) say.set(PropertyId::server_keepalive, static_cast<std::uint32_t>(keepalive_.count()));
    if (wants_response_information_ && !said.response_information.empty()) {
      say.set(PropertyId::response_information, said.response_information);
    }
  }
  send(connack);
  if (!closed()) state_ = State::connected;
}

void ServerSession::refuse(ReasonCode reason, Error why) {
  ENSURE(state_ == State::asked && is_error(reason));
  send(Connack{.reason = reason});
  close(reason, false, std::move(why));
}

ServerSession::Handled ServerSession::handle_disconnect(const Packet& packet) {
  const Disconnect said = TRY(decode_disconnect(version_, packet.flags, packet.body));
  if (const auto expiry = said.properties.number(PropertyId::session_expiry)) {
    if (*expiry != 0 && !expiry_asked_) {
      return fail(ReasonCode::protocol_error, Errc::conflict, "3.14.2.2.2: session expiry, and CONNECT asked for none");
    }
    expiry_ = capped(*expiry);
  }
  close(said.reason, true, Error{Errc::unavailable, "the device ended it: " + std::string{name_of(said.reason)}});
  return std::optional<ServerEvent>{};
}

void ServerSession::disconnect(ReasonCode reason, Error why) { close(reason, false, std::move(why)); }

void ServerSession::close(ReasonCode reason, bool by_peer, Error why, std::string_view explanation) {
  if (closed()) return;
  // 3.1.1 has no DISCONNECT from a server; in 5.0 it may come only after CONNACK [MQTT-3.14.0-1].
  const bool sayable = !by_peer && connected() && version_ == Version::v5;
  state_ = State::closed;
  input_ = {};
  closing_ = SessionClosed{reason, by_peer, std::move(why)};
  if (!sayable) return;
  send(Disconnect{.reason = reason}, explanation);
}

// A packet of ours that passes what the peer takes [MQTT-3.1.2-24]: nothing that must be said can be left out.
void ServerSession::unsayable(std::size_t before) {
  output_.resize(before);
  close(ReasonCode::packet_too_large, false,
        Error{Errc::too_large, "[MQTT-3.1.2-24] the peer takes no packet so large"});
}

ServerSession::Handled ServerSession::fail(ReasonCode reason, Errc code, std::string_view why) {
  close(reason, false, Error{code, std::string{why}}, why);
  return std::optional<ServerEvent>{};
}

}  // namespace signet::mqtt
