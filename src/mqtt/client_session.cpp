#include "mqtt/client_session.h"

#include "mqtt/disconnect.h"
#include "mqtt/puback.h"
#include "mqtt/subscribe.h"
#include "mqtt/topic.h"
#include "mqtt/unsubscribe.h"
#include "mqtt/wire.h"

namespace signet::mqtt {
namespace {

Buffer connect_packet(const ClientOptions& options) {
  Connect connect{
      .version = options.version,
      .clean_start = options.clean_start,
      .keepalive = static_cast<std::uint16_t>(std::clamp<Seconds::rep>(options.keepalive.count(), 0, 65'535)),
      .client_id = options.client_id};
  if (options.will) {
    connect.will =
        Will{.qos = options.will->qos, .topic = options.will->topic, .payload = bytes_of(options.will->payload)};
  }
  if (options.version == Version::v5) {
    connect.properties.set(PropertyId::receive_maximum, options.receive_max)
        .set(PropertyId::maximum_packet_size, static_cast<std::uint32_t>(options.packet_bytes_max));
  }
  Buffer packet;
  encode(packet, connect);
  return packet;
}

// Early enough that the server, who allows 1.5 times the keep alive, never waits in vain.
Micros ping_after(Seconds keepalive) { return Micros{keepalive} * 3 / 4; }

}  // namespace

ClientSession::ClientSession(ClientOptions options, Instant now)
    : options_(std::move(options)),
      framer_(options_.packet_bytes_max),
      output_(connect_packet(options_)),
      keepalive_(options_.keepalive),
      now_(now),
      last_sent_(now),
      answer_due_(now + options_.connect_timeout) {
  outgoing_.set_window(options_.send_max);
}

void ClientSession::receive(Bytes bytes, Instant now) {
  ENSURE(input_.empty() || closed());
  now_ = now;
  if (!closed()) input_ = bytes;
}

void ClientSession::tick(Instant now) {
  now_ = now;
  if (closed()) return;
  if (answer_due_ && now >= *answer_due_) {
    const char* why = connected() ? "the server answers nothing any more" : "no CONNACK within connect_timeout";
    return close(ReasonCode::keepalive_timeout, false, Error{Errc::unavailable, why});
  }
  if (connected() && !ping_owed_ && keepalive_ > Seconds{0} && now >= last_sent_ + ping_after(keepalive_)) {
    encode_pingreq(output_);
    last_sent_ = now;
    ping_owed_ = true;
    owe_answer();
  }
}

std::optional<Instant> ClientSession::deadline() const {
  if (closed()) return std::nullopt;
  std::optional<Instant> due = answer_due_;
  if (connected() && !ping_owed_ && keepalive_ > Seconds{0}) {
    const Instant ping = last_sent_ + ping_after(keepalive_);
    due = due ? std::min(*due, ping) : ping;
  }
  return due;
}

std::optional<ClientEvent> ClientSession::next() {
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

ClientSession::Handled ClientSession::handle(const Packet& packet) {
  if (state_ == State::connecting) {
    if (packet.type == PacketType::connack) return handle_connack(packet);
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.2.0-1] the server's first packet is not CONNACK");
  }
  switch (packet.type) {
    case PacketType::publish: return handle_publish(packet);
    case PacketType::puback: return handle_puback(packet);
    case PacketType::suback: return handle_suback(packet);
    case PacketType::unsuback: return handle_unsuback(packet);
    case PacketType::pingresp: return handle_pingresp(packet);
    case PacketType::disconnect: return handle_disconnect(packet);
    case PacketType::connack:
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.2.0-2] a second CONNACK");
    case PacketType::connect:
    case PacketType::pubrec:
    case PacketType::pubrel:
    case PacketType::pubcomp:
    case PacketType::subscribe:
    case PacketType::unsubscribe:
    case PacketType::pingreq:
    case PacketType::auth: break;
  }
  return fail(ReasonCode::protocol_error, Errc::conflict, "a packet that this server may not send us");
}

ClientSession::Handled ClientSession::handle_connack(const Packet& packet) {
  const Connack connack = TRY(decode_connack(options_.version, packet.flags, packet.body));
  if (is_error(connack.reason)) {
    close(connack.reason, true, Error{Errc::forbidden, "the server refused: " + std::string{name_of(connack.reason)}});
    return std::optional<ClientEvent>{ConnectRefused{connack.reason}};
  }
  if (connack.session_present && options_.clean_start) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.2.2-2] a session after a clean start");
  }
  const auto assigned = connack.properties.text(PropertyId::assigned_client_id);
  if (options_.client_id.empty() && !assigned && options_.version == Version::v5) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.2.2-16] the server assigned no client id");
  }
  adopt(connack);
  return std::optional<ClientEvent>{
      Connected{.session_present = connack.session_present,
                .send_window = static_cast<std::uint16_t>(outgoing_.free()),
                .keepalive = keepalive_,
                .client_id = assigned ? *assigned : std::string_view{options_.client_id}}};
}

void ClientSession::adopt(const Connack& connack) {
  state_ = State::connected;
  answer_due_.reset();
  const Properties& said = connack.properties;
  outgoing_.set_window(static_cast<std::uint16_t>(
      std::min<std::uint32_t>(options_.send_max, said.number(PropertyId::receive_maximum).value_or(65'535))));
  server_packet_max_ = said.number(PropertyId::maximum_packet_size).value_or(remaining_length_max);
  server_qos_max_ = said.number(PropertyId::maximum_qos).value_or(1);
  if (const auto seconds = said.number(PropertyId::server_keepalive))
    keepalive_ = Seconds{*seconds};  // [MQTT-3.1.2-21]
}

ClientSession::Handled ClientSession::handle_publish(const Packet& packet) {
  const Publish publish = TRY(decode_publish(options_.version, packet.flags, packet.body));
  if (publish.qos == Qos::exactly_once) {
    return fail(ReasonCode::qos_not_supported, Errc::conflict, "QoS 2 beyond what was subscribed with");
  }
  if (publish.properties.has(PropertyId::topic_alias)) {
    return fail(ReasonCode::topic_alias_invalid, Errc::conflict, "[MQTT-3.3.2-9] a topic alias, and we announced none");
  }
  if (publish.qos == Qos::at_least_once) {
    if (incoming_.size() >= options_.receive_max && options_.version == Version::v5) {
      return fail(ReasonCode::receive_maximum_exceeded, Errc::conflict, "[MQTT-3.3.4-9] more than our receive maximum");
    }
    if (!incoming_.insert(publish.packet_id).second) {
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-4] a packet id that is in use");
    }
  }
  return std::optional<ClientEvent>{MessageReceived{publish}};
}

ClientSession::Handled ClientSession::handle_puback(const Packet& packet) {
  const Puback puback = TRY(decode_puback(options_.version, packet.flags, packet.body));
  if (!outgoing_.acknowledge(puback.packet_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-5] PUBACK for a packet id that is not in use");
  }
  answered();
  return std::optional<ClientEvent>{Acknowledged{puback.packet_id, puback.reason}};
}

ClientSession::Handled ClientSession::handle_suback(const Packet& packet) {
  Suback suback = TRY(decode_suback(options_.version, packet.flags, packet.body));
  if (!outgoing_.answer(suback.packet_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-6] SUBACK for a packet id that is not in use");
  }
  answered();
  return std::optional<ClientEvent>{Subscribed{suback.packet_id, std::move(suback.reasons)}};
}

ClientSession::Handled ClientSession::handle_unsuback(const Packet& packet) {
  const Unsuback unsuback = TRY(decode_unsuback(options_.version, packet.flags, packet.body));
  if (!outgoing_.answer(unsuback.packet_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict,
                "[MQTT-2.2.1-6] UNSUBACK for a packet id that is not in use");
  }
  answered();
  return std::optional<ClientEvent>{Unsubscribed{unsuback.packet_id}};
}

ClientSession::Handled ClientSession::handle_pingresp(const Packet& packet) {
  TRY(decode_ping(packet.flags, packet.body));
  if (!ping_owed_) return fail(ReasonCode::protocol_error, Errc::conflict, "PINGRESP without PINGREQ");
  ping_owed_ = false;
  answered();
  return std::optional<ClientEvent>{};
}

ClientSession::Handled ClientSession::handle_disconnect(const Packet& packet) {
  if (options_.version == Version::v311) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "3.1.1: 3.14 DISCONNECT from a server");
  }
  const Disconnect said = TRY(decode_disconnect(options_.version, packet.flags, packet.body));
  close(said.reason, true, Error{Errc::unavailable, "the server ended it: " + std::string{name_of(said.reason)}});
  return std::optional<ClientEvent>{};
}

Result<std::uint16_t> ClientSession::publish(Qos qos, std::string_view topic, Bytes payload,
                                             const Properties& properties, Instant now) {
  now_ = now;
  TRY(require_connected());
  TRY(check_topic_name(topic));
  if (static_cast<std::uint32_t>(qos) > server_qos_max_) {
    return Error{Errc::conflict, "[MQTT-3.2.2-11] the server does not take this QoS"};
  }
  const bool answer = qos == Qos::at_least_once;
  const std::uint16_t id = answer ? TRY(outgoing_.take()) : std::uint16_t{0};
  Buffer packet;
  encode(packet, options_.version,
         Publish{.qos = qos, .topic = topic, .packet_id = id, .payload = payload, .properties = properties});
  if (Status fits = send_within_limit(packet); !fits) {
    outgoing_.acknowledge(id);
    return std::move(fits).error();
  }
  if (answer) owe_answer();
  return id;
}

Result<std::uint16_t> ClientSession::subscribe(std::string_view filter, Qos qos, Instant now) {
  now_ = now;
  TRY(require_connected());
  TRY(check_topic_filter(filter));
  const std::uint16_t id = TRY(outgoing_.take_request());
  Buffer packet;
  encode(packet, options_.version, Subscribe{.packet_id = id, .subscriptions = {{.filter = filter, .qos = qos}}});
  return send_request(id, packet);
}

Result<std::uint16_t> ClientSession::unsubscribe(std::string_view filter, Instant now) {
  now_ = now;
  TRY(require_connected());
  TRY(check_topic_filter(filter));
  const std::uint16_t id = TRY(outgoing_.take_request());
  Buffer packet;
  encode(packet, options_.version, Unsubscribe{.packet_id = id, .filters = {filter}});
  return send_request(id, packet);
}

Result<std::uint16_t> ClientSession::send_request(std::uint16_t id, Bytes packet) {
  if (Status fits = send_within_limit(packet); !fits) {
    outgoing_.answer(id);
    return std::move(fits).error();
  }
  owe_answer();
  return id;
}

void ClientSession::acknowledge(std::uint16_t packet_id, ReasonCode reason) {
  if (closed()) return;
  ENSURE(incoming_.erase(packet_id) == 1);
  encode(output_, options_.version, Puback{.packet_id = packet_id, .reason = reason});
  last_sent_ = now_;
}

void ClientSession::disconnect(ReasonCode reason) { close(reason, false, Error{Errc::conflict, "we ended it"}); }

void ClientSession::close(ReasonCode reason, bool by_peer, Error why) {
  if (closed()) return;
  // In 3.1.1 DISCONNECT has one meaning, an orderly end without the will.
  const bool sayable = options_.version == Version::v5 || reason == ReasonCode::success;
  if (!by_peer && connected() && sayable) encode(output_, options_.version, Disconnect{.reason = reason});
  state_ = State::closed;
  input_ = {};
  closing_ = Closed{reason, by_peer, std::move(why)};
}

ClientSession::Handled ClientSession::fail(ReasonCode reason, Errc code, std::string_view why) {
  close(reason, false, Error{code, std::string{why}});
  return std::optional<ClientEvent>{};
}

Status ClientSession::require_connected() const {
  if (!connected()) return Error{Errc::conflict, "not connected"};
  return {};
}

Status ClientSession::send_within_limit(Bytes packet) {
  if (packet.size() > server_packet_max_)
    return Error{Errc::too_large, "[MQTT-3.2.2-15] packet passes the server's maximum"};
  Writer{output_}.bytes(packet);
  last_sent_ = now_;
  return {};
}

void ClientSession::owe_answer() {
  if (answers_owed_++ == 0) answer_due_ = now_ + options_.answer_timeout;
}

void ClientSession::answered() {
  answer_due_.reset();
  if (--answers_owed_ > 0) answer_due_ = now_ + options_.answer_timeout;
}

}  // namespace signet::mqtt
