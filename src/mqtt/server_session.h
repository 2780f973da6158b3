// server_session.h -- the manager's end of one MQTT connection: bytes and time in, bytes and events out.
//
//   session.receive(bytes, now);  or  session.tick(now);
//   while (auto event = session.next()) std::visit(..., *event);   // answer each with the call named beside it
//   connection.send(session.take_output());
//
// The owner decides; the session keeps the standard. One object is one connection and keeps no state beyond it: CONNACK
// always says "no session present" and, in 5.0, a Session Expiry Interval of 0. In 5.0 it announces Maximum QoS 1, no
// retain, no wildcard, shared or numbered subscriptions, no topic alias; using one of them ends the connection.
// In 3.1.1, which has no words for that, QoS 2 ends it too and the retain flag is ignored.
#pragma once

#include "base/clock.h"
#include "mqtt/connect.h"
#include "mqtt/framer.h"
#include "mqtt/outgoing.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"
#include "mqtt/unsubscribe.h"

#include <unordered_set>
#include <variant>

namespace signet::mqtt {

struct ServerLimits {
  std::size_t packet_bytes_max = 72 * 1024;  // remaining length; announced in 5.0
  std::uint16_t receive_max = 64;            // QoS 1 from the peer that wait for our PUBACK; announced in 5.0
  std::uint16_t receive_max_311 = 4096;      // 3.1.1 cannot be told, so it gets room
  std::uint16_t send_max = 16;  // QoS 1 to the peer that wait for its PUBACK; its Receive Maximum may be less
  Seconds connect_timeout{10};  // from the first byte of the connection to CONNECT
  Seconds keepalive_max{600};   // 5.0: Server Keep Alive when more, or none, was asked. 3.1.1: when none was
};

// Events. They borrow until the next call of next().
struct ConnectRequested {
  Connect connect;
};  // answer: accept or refuse
struct PublishReceived {
  Publish publish;
};  // QoS 1: acknowledge, in the order received [MQTT-4.6.0-2]
struct SubscribeRequested {
  Subscribe subscribe;
};  // answer_subscribe
struct UnsubscribeRequested {
  Unsubscribe unsubscribe;
};  // answer_unsubscribe
struct PublishAcknowledged {
  std::uint16_t packet_id;
  ReasonCode reason;
};  // of our publish()
struct SessionClosed {
  ReasonCode reason;
  bool by_peer;
  Error why;
};  // the last event
using ServerEvent = std::variant<ConnectRequested, PublishReceived, SubscribeRequested, UnsubscribeRequested,
                                 PublishAcknowledged, SessionClosed>;

class ServerSession {
 public:
  ServerSession(const ServerLimits& limits, Instant now);

  void receive(Bytes bytes, Instant now);  // `bytes` must stay until next() returns nothing
  void tick(Instant now);
  std::optional<Instant> deadline() const;  // call tick then; nothing once closed
  std::optional<ServerEvent> next();
  Buffer take_output() { return std::exchange(output_, {}); }

  void forgive(Instant now) { last_heard_ = now; }  // its silence until now was our doing

  void accept(std::string_view assigned_client_id = {});
  void refuse(ReasonCode reason, Error why);  // CONNACK, then SessionClosed
  // An error `reason` is a PUBACK in 5.0 and the end in 3.1.1, whose PUBACK can only say yes.
  void acknowledge(std::uint16_t packet_id, ReasonCode reason = ReasonCode::success);
  void answer_subscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons);
  void answer_unsubscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons);
  // QoS 0 returns 0. exhausted when the window is full: wait for PublishAcknowledged. too_large past the peer's
  // maximum.
  Result<std::uint16_t> publish(Qos qos, std::string_view topic, Bytes payload, const Properties& properties = {});
  void disconnect(ReasonCode reason, Error why);  // DISCONNECT in 5.0; then SessionClosed

  Version version() const { return version_; }
  bool connected() const { return state_ == State::connected; }
  bool closed() const { return state_ == State::closed; }
  std::size_t send_window_free() const { return connected() ? outgoing_.free() : 0; }

 private:
  enum class State : std::uint8_t { waiting, asked, connected, closed };
  using Handled = Result<std::optional<ServerEvent>>;
  Handled handle(const Packet& packet);
  Handled handle_connect(const Packet& packet);
  Handled handle_publish(const Packet& packet);
  Handled handle_puback(const Packet& packet);
  Handled handle_subscribe(const Packet& packet);
  Handled handle_disconnect(const Packet& packet);
  Handled fail(ReasonCode reason, Errc code, std::string_view why);
  Handled refuse_version(std::uint8_t level);
  void close(ReasonCode reason, bool by_peer, Error why);

  ServerLimits limits_;
  Framer framer_;
  Bytes input_;
  Buffer output_;
  State state_ = State::waiting;
  Version version_ = Version::v5;
  std::optional<SessionClosed> closing_;
  Outgoing outgoing_;
  std::unordered_set<std::uint16_t> incoming_;  // QoS 1 not acknowledged yet
  std::size_t peer_packet_max_ = remaining_length_max;
  bool expiry_asked_ = false;
  std::uint16_t asked_keepalive_ = 0;  // seconds
  Seconds keepalive_{0};
  Instant now_;
  Instant last_heard_;
};

}  // namespace signet::mqtt
