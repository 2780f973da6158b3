// client_session.h -- the device's end of one MQTT connection: bytes and time in, bytes and events out.
//
//   ClientSession session{options, now};              // its output holds CONNECT already
//   session.receive(bytes, now);                      // when the connection brings some, or
//   session.tick(now);                                // when deadline() has come
//   while (auto event = session.next()) std::visit(..., *event);
//   connection.send(session.take_output());           // last, after whatever the events made you call
//   if (session.closed()) connection.close_after_send();
//
// One object is one connection: for the next one make a new session. With clean_start, what was not acknowledged is
// published again by its owner, as a new delivery. Without, the owner hands over what it kept of the session
// (SessionState): when the server has kept it too, it is sent again with DUP (4.4); when not, Connected says so and the
// owner begins anew [MQTT-3.2.2-5].
#pragma once

#include "mqtt/connack.h"
#include "mqtt/connect.h"
#include "mqtt/delivery.h"
#include "mqtt/framer.h"
#include "mqtt/incoming.h"
#include "mqtt/publish.h"

namespace signet::mqtt {

struct ClientOptions {
  Version version = Version::v5;
  std::string client_id;  // empty: the server assigns one (5.0)
  bool clean_start = true;
  Seconds keepalive{60};  // 0 to 65,535; the server of 5.0 may lower it; 0 sends no PINGREQ
  struct Will {
    std::string topic;
    std::string payload;
    Qos qos = Qos::at_least_once;
    std::uint32_t delay = 0;  // seconds, 5.0
  };
  std::optional<Will> will = {};
  std::uint32_t session_expiry = 0;           // seconds, 5.0; 3.1.1 has only clean_start
  SessionState kept = {};                     // with clean_start false: what we know of the session
  std::size_t packet_bytes_max = 128 * 1024;  // announced in 5.0, enforced in both
  std::uint16_t receive_max = 16;             // the same, for QoS 1 that we have not acknowledged
  std::uint16_t send_max = 64;                // QoS 1 of ours that may wait at once, if the server takes so many
  Seconds connect_timeout{20};                // CONNECT to CONNACK
  Seconds answer_timeout{20};                 // no answer of any kind for so long, while one is owed, ends it
};

// Events. They borrow until the next call of next().
struct Connected {
  bool session_present;
  std::uint16_t send_window;   // QoS 1 messages that may wait for a PUBACK at once
  Seconds keepalive;           // as it now is
  std::string_view client_id;  // assigned or our own
};
struct ConnectRefused {
  ReasonCode reason;
};  // Closed follows
struct MessageReceived {
  Publish publish;
};  // QoS 1 and 2: call acknowledge when it is safe; QoS 2 comes once
struct Acknowledged {
  std::uint16_t packet_id;
  ReasonCode reason;
};  // is_error(reason): it was refused
struct Subscribed {
  std::uint16_t packet_id;
  std::vector<ReasonCode> reasons;
};
struct Unsubscribed {
  std::uint16_t packet_id;
};
// The last event. `reason` is what the peer said (by_peer), or what we told it.
struct Closed {
  ReasonCode reason;
  bool by_peer;
  Error why;
};
using ClientEvent =
    std::variant<Connected, ConnectRefused, MessageReceived, Acknowledged, Subscribed, Unsubscribed, Closed>;

class ClientSession {
 public:
  ClientSession(ClientOptions options, Instant now);

  void receive(Bytes bytes, Instant now);  // `bytes` must stay until next() returns nothing
  void tick(Instant now);
  std::optional<Instant> deadline() const;  // call tick then; nothing: no timer is needed
  std::optional<ClientEvent> next();
  Buffer take_output() { return std::exchange(output_, {}); }

  // After Connected; with a clean start subscribe may go right behind CONNECT (3.1.4), which saves waiting for the
  // server once. QoS 0 returns 0. too_large past the server's Maximum Packet Size; exhausted when the window is
  // full: wait for an Acknowledged; conflict when not connected.
  Result<std::uint16_t> publish(Qos qos, std::string_view topic, Bytes payload, const Properties& properties,
                                Instant now);
  Result<std::uint16_t> subscribe(std::string_view filter, Qos qos, Instant now);
  Result<std::uint16_t> unsubscribe(std::string_view filter, Instant now);
  void acknowledge(std::uint16_t packet_id, ReasonCode reason = ReasonCode::success);
  // Then Closed. `session_expiry` changes what CONNECT said (5.0, 3.14.2.2.2).
  void disconnect(ReasonCode reason = ReasonCode::success, std::optional<std::uint32_t> session_expiry = {});

  bool connected() const { return state_ == State::connected; }
  bool closed() const { return state_ == State::closed; }
  std::size_t send_window_free() const { return connected() ? delivery_.window_free() : 0; }
  std::size_t in_flight() const { return delivery_.in_flight(); }
  std::vector<std::uint16_t> unreleased() const { return incoming_.unreleased(); }
  // QoS 2 that the server has and was told to hand on: what a kept session sends again is PUBREL.
  bool is_released(std::uint16_t packet_id) const { return delivery_.is_released(packet_id); }

 private:
  enum class State : std::uint8_t { connecting, connected, closed };
  using Handled = Result<std::optional<ClientEvent>>;
  Handled handle(const Packet& packet);
  Handled handle_connack(const Packet& packet);
  Handled handle_publish(const Packet& packet);
  Handled handle_puback(const Packet& packet);
  Handled handle_pubrec(const Packet& packet);
  Handled handle_pubrel(const Packet& packet);
  Handled handle_pubcomp(const Packet& packet);
  Handled handle_suback(const Packet& packet);
  Handled handle_unsuback(const Packet& packet);
  Handled handle_pingresp(const Packet& packet);
  Handled handle_disconnect(const Packet& packet);
  Handled fail(ReasonCode reason, Errc code, std::string_view why);
  void close(ReasonCode reason, bool by_peer, Error why, std::optional<std::uint32_t> session_expiry = {});
  void adopt(const Connack& connack);
  Status require_connected() const;
  Status send_within_limit(Bytes packet);
  Result<std::uint16_t> send_request(std::uint16_t id, Bytes packet);
  void owe_answer();
  void answered();

  ClientOptions options_;
  Framer framer_;
  Bytes input_;
  Buffer output_;
  State state_ = State::connecting;
  std::optional<Closed> closing_;  // to be told by next()
  Delivery delivery_;
  Incoming incoming_;
  std::uint32_t server_qos_max_ = 2;
  Seconds keepalive_;
  Instant now_;
  Instant last_sent_;
  std::optional<Instant> answer_due_;  // while any answer of the server is owed
  std::size_t answers_owed_ = 0;
  bool ping_owed_ = false;
};

}  // namespace signet::mqtt
