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
    if (options.will->delay != 0 && options.version == Version::v5) {
      connect.will->properties.set(PropertyId::will_delay, options.will->delay);
    }
  }
  if (options.version == Version::v5) {
    connect.properties.set(PropertyId::receive_maximum, options.receive_max)
        .set(PropertyId::maximum_packet_size, static_cast<std::uint32_t>(options.packet_bytes_max));
  }
  if (options.version == Version::v5 && options.session_expiry != 0) {
    connect.properties.set(PropertyId::session_expiry, options.session_expiry);
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
      delivery_(options_.send_max),
      keepalive_(options_.keepalive),
      now_(now),
      last_sent_(now),
      answer_due_(now + options_.connect_timeout) {}

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
    case PacketType::pubrec: return handle_pubrec(packet);
    case PacketType::pubrel: return handle_pubrel(packet);
    case PacketType::pubcomp: return handle_pubcomp(packet);
    case PacketType::suback: return handle_suback(packet);
    case PacketType::unsuback: return handle_unsuback(packet);
    case PacketType::pingresp: return handle_pingresp(packet);
    case PacketType::disconnect: return handle_disconnect(packet);
    case PacketType::connack:
      return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-3.2.0-2] a second CONNACK");
    case PacketType::connect:
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
  if (connack.session_present) {  // [MQTT-4.4.0-1]
    incoming_.resume(options_.kept.unreleased);
    for (std::size_t i = 0; i < options_.kept.outbound.size(); ++i) owe_answer();
    delivery_.resume(std::move(options_.kept.outbound));
    delivery_.pump(output_, now_);
    last_sent_ = now_;
  }
  return std::optional<ClientEvent>{
      Connected{.session_present = connack.session_present,
                .send_window = static_cast<std::uint16_t>(delivery_.window_free()),
                .keepalive = keepalive_,
                .client_id = assigned ? *assigned : std::string_view{options_.client_id}}};
}

void ClientSession::adopt(const Connack& connack) {
  state_ = State::connected;
  answer_due_.reset();
  if (answers_owed_ > 0) answer_due_ = now_ + options_.answer_timeout;
  const Properties& said = connack.properties;
  const std::uint32_t window = said.number(PropertyId::receive_maximum).value_or(65'535);
  delivery_.set_peer(options_.version, static_cast<std::uint16_t>(std::min<std::uint32_t>(options_.send_max, window)),
                     said.number(PropertyId::maximum_packet_size).value_or(remaining_length_max));
  server_qos_max_ = said.number(PropertyId::maximum_qos).value_or(2);
  if (const auto seconds = said.number(PropertyId::server_keepalive))
    keepalive_ = Seconds{*seconds};  // [MQTT-3.1.2-21]
}

ClientSession::Handled ClientSession::handle_publish(const Packet& packet) {
  const Publish publish = TRY(decode_publish(options_.version, packet.flags, packet.body));
  if (publish.properties.has(PropertyId::topic_alias)) {
    return fail(ReasonCode::topic_alias_invalid, Errc::conflict, "[MQTT-3.3.2-9] a topic alias, and we announced none");
  }
  if (publish.qos == Qos::at_most_once) return std::optional<ClientEvent>{MessageReceived{publish}};
  const std::size_t window = options_.version == Version::v5 ? options_.receive_max : window_max;
  switch (incoming_.receive(publish.packet_id, publish.qos, window)) {
    case Incoming::Verdict::fresh: return std::optional<ClientEvent>{MessageReceived{publish}};
    case Incoming::Verdict::recorded:
      encode(output_, options_.version, Pubrec{.packet_id = publish.packet_id});  // [MQTT-4.3.3-10]
      return std::optional<ClientEvent>{};
    case Incoming::Verdict::full:
    case Incoming::Verdict::too_many:
      return fail(ReasonCode::receive_maximum_exceeded, Errc::conflict, "[MQTT-3.3.4-9] more than our receive maximum");
    case Incoming::Verdict::pending:
    case Incoming::Verdict::in_use: break;
  }
  return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-4] a packet id that is in use");
}

ClientSession::Handled ClientSession::handle_puback(const Packet& packet) {
  const auto ended = TRY(delivery_.on(TRY(decode_puback(options_.version, packet.flags, packet.body))));
  answered();
  delivery_.pump(output_, now_);
  return std::optional<ClientEvent>{Acknowledged{ended.packet_id, ended.reason}};
}

// PUBREL goes at once: is_released tells our owner what a kept session is to send again.
ClientSession::Handled ClientSession::handle_pubrec(const Packet& packet) {
  const auto after = TRY(delivery_.on(output_, TRY(decode_pubrec(options_.version, packet.flags, packet.body))));
  if (const auto* received = std::get_if<Delivery::Received>(&after)) {
    delivery_.release(output_, received->packet_id);
    last_sent_ = now_;
    return std::optional<ClientEvent>{};
  }
  const auto* refused = std::get_if<Delivery::Ended>(&after);
  if (refused == nullptr) return std::optional<ClientEvent>{};
  answered();
  delivery_.pump(output_, now_);
  return std::optional<ClientEvent>{Acknowledged{refused->packet_id, refused->reason}};
}

ClientSession::Handled ClientSession::handle_pubcomp(const Packet& packet) {
  const auto ended = TRY(delivery_.on(TRY(decode_pubcomp(options_.version, packet.flags, packet.body))));
  if (!ended) return std::optional<ClientEvent>{};
  answered();
  delivery_.pump(output_, now_);
  return std::optional<ClientEvent>{Acknowledged{ended->packet_id, ended->reason}};
}

ClientSession::Handled ClientSession::handle_pubrel(const Packet& packet) {
  const Pubrel pubrel = TRY(decode_pubrel(options_.version, packet.flags, packet.body));
  const Incoming::Release release = incoming_.release(pubrel.packet_id);
  if (release == Incoming::Release::early) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-4.3.3-4] PUBREL before its PUBREC");
  }
  const bool known = release == Incoming::Release::fresh;
  if (known) incoming_.complete(pubrel.packet_id);
  const ReasonCode reason = known ? ReasonCode::success : ReasonCode::packet_id_not_found;
  encode(output_, options_.version, Pubcomp{.packet_id = pubrel.packet_id, .reason = reason});  // [MQTT-4.3.3-11]
  last_sent_ = now_;
  return std::optional<ClientEvent>{};
}

ClientSession::Handled ClientSession::handle_suback(const Packet& packet) {
  Suback suback = TRY(decode_suback(options_.version, packet.flags, packet.body));
  if (!delivery_.answer(suback.packet_id)) {
    return fail(ReasonCode::protocol_error, Errc::conflict, "[MQTT-2.2.1-6] SUBACK for a packet id that is not in use");
  }
  answered();
  return std::optional<ClientEvent>{Subscribed{suback.packet_id, std::move(suback.reasons)}};
}

ClientSession::Handled ClientSession::handle_unsuback(const Packet& packet) {
  const Unsuback unsuback = TRY(decode_unsuback(options_.version, packet.flags, packet.body));
  if (!delivery_.answer(unsuback.packet_id)) {
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
  if (static_cast<std::uint32_t>(qos) > server_qos_max_) {
    return Error{Errc::conflict, "[MQTT-3.2.2-11] the server does not take this QoS"};
  }
  const std::uint16_t id = TRY(delivery_.publish(output_, qos, topic, payload, properties));
  last_sent_ = now_;
  if (id != 0) owe_answer();
  return id;
}

Result<std::uint16_t> ClientSession::subscribe(std::string_view filter, Qos qos, Instant now) {
  now_ = now;
  // A kept session may have the packet id that we would take.
  if (state_ != State::connecting || !options_.clean_start) TRY(require_connected());
  TRY(check_topic_filter(filter));
  const std::uint16_t id = TRY(delivery_.take_request());
  Buffer packet;
  encode(packet, options_.version, Subscribe{.packet_id = id, .subscriptions = {{.filter = filter, .qos = qos}}});
  return send_request(id, packet);
}

Result<std::uint16_t> ClientSession::unsubscribe(std::string_view filter, Instant now) {
  now_ = now;
  TRY(require_connected());
  TRY(check_topic_filter(filter));
  const std::uint16_t id = TRY(delivery_.take_request());
  Buffer packet;
  encode(packet, options_.version, Unsubscribe{.packet_id = id, .filters = {filter}});
  return send_request(id, packet);
}

Result<std::uint16_t> ClientSession::send_request(std::uint16_t id, Bytes packet) {
  if (Status fits = send_within_limit(packet); !fits) {
    delivery_.answer(id);
    return std::move(fits).error();
  }
  owe_answer();
  return id;
}

void ClientSession::acknowledge(std::uint16_t packet_id, ReasonCode reason) {
  if (closed()) return;
  const Qos qos = incoming_.settle(packet_id, !is_error(reason));
  if (qos == Qos::exactly_once) {
    encode(output_, options_.version, Pubrec{.packet_id = packet_id, .reason = reason});
  } else {
    encode(output_, options_.version, Puback{.packet_id = packet_id, .reason = reason});
  }
  last_sent_ = now_;
}

void ClientSession::disconnect(ReasonCode reason, std::optional<std::uint32_t> session_expiry) {
  close(reason, false, Error{Errc::conflict, "we ended it"}, session_expiry);
}

void ClientSession::close(ReasonCode reason, bool by_peer, Error why, std::optional<std::uint32_t> session_expiry) {
  if (closed()) return;
  // In 3.1.1 DISCONNECT has one meaning, an orderly end without the will.
  const bool sayable = options_.version == Version::v5 || reason == ReasonCode::success;
  if (!by_peer && connected() && sayable) {
    Disconnect packet{.reason = reason};
    if (session_expiry) packet.properties.set(PropertyId::session_expiry, *session_expiry);
    encode(output_, options_.version, packet);
  }
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
  if (packet.size() > delivery_.packet_bytes_max())
    return Error{Errc::too_large, "[MQTT-3.2.2-15] packet passes the server's maximum"};
  Writer{output_}.bytes(packet);
  last_sent_ = now_;
  return {};
}

void ClientSession::owe_answer() {
  const bool is_first = answers_owed_++ == 0;
  if (is_first && connected()) answer_due_ = now_ + options_.answer_timeout;  // before that, CONNACK is what is due
}

void ClientSession::answered() {
  answer_due_.reset();
  if (--answers_owed_ > 0) answer_due_ = now_ + options_.answer_timeout;
}

}  // namespace signet::mqtt
