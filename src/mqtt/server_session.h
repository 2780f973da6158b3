// server_session.h -- the manager's end of one MQTT connection: bytes and time in, bytes and events out.
//
//   session.receive(bytes, now);  or  session.tick(now);
//   while (auto event = session.next()) std::visit(..., *event);   // answer each with the call named beside it
//   connection.send(session.take_output());
//
// The owner decides; the session keeps the standard. One object is one connection; what lives on is SessionState, which
// its owner keeps and hands back to resume(). What is not offered is announced in 5.0 and ends the connection when
// used: retain, wildcard, shared and numbered subscriptions, enhanced authentication. In 3.1.1, which has no words for
// that, the retain flag is ignored.
#pragma once

#include "mqtt/connect.h"
#include "mqtt/delivery.h"
#include "mqtt/framer.h"
#include "mqtt/incoming.h"
#include "mqtt/publish.h"
#include "mqtt/subscribe.h"
#include "mqtt/unsubscribe.h"

namespace signet::mqtt {

struct ServerLimits {
  std::size_t packet_bytes_max = 72 * 1024;  // remaining length; announced in 5.0
  std::uint16_t receive_max = 64;            // QoS 1 and 2 from the peer that wait for us; announced in 5.0
  std::uint16_t receive_max_311 = 4096;      // 3.1.1 cannot be told, so it gets room
  std::uint16_t send_max = 16;        // QoS 1 and 2 to the peer that wait for it; its Receive Maximum may be less
  std::uint16_t topic_alias_max = 0;  // topics a peer may number; each held with up to topic_bytes_max
  Qos qos_max = Qos::at_least_once;   // announced in 5.0
  Seconds connect_timeout{10};        // from the first byte of the connection to CONNECT
  Seconds keepalive_max{600};         // 5.0: Server Keep Alive when more, or none, was asked. 3.1.1: when none was
  Seconds session_expiry_max{0};      // no session is kept longer; 5.0 is told when it asked for more
};

// Events. They borrow until the next call of next().
struct ConnectRequested {
  Connect connect;
};  // answer: accept, resume or refuse
struct PublishReceived {
  Publish publish;
};  // QoS 1 and 2: acknowledge, in the order received [MQTT-4.6.0-2] [MQTT-4.6.0-3]
struct PublishReleased {
  std::uint16_t packet_id;
};  // QoS 2: complete, once the id is forgotten for good
struct SubscribeRequested {
  Subscribe subscribe;
};  // answer_subscribe
struct UnsubscribeRequested {
  Unsubscribe unsubscribe;
};  // answer_unsubscribe
struct PublishAcknowledged {
  std::uint16_t packet_id;
  ReasonCode reason;
  bool expired = false;
};  // a message to the peer is over: acknowledged, refused, or never sent (expired, packet_too_large)
struct DeliveryReceived {
  std::uint16_t packet_id;
};  // QoS 2 to the peer: release, once that is remembered
struct SessionClosed {
  ReasonCode reason;
  bool by_peer;
  Error why;
};  // the last event
using ServerEvent = std::variant<ConnectRequested, PublishReceived, PublishReleased, SubscribeRequested,
                                 UnsubscribeRequested, PublishAcknowledged, DeliveryReceived, SessionClosed>;

// What a CONNACK of 5.0 may say beside the limits.
struct Welcome {
  std::string_view assigned_client_id = {};
  std::string_view response_information = {};  // is said only to who asked [MQTT-3.1.2-28]
};

class ServerSession {
 public:
  ServerSession(const ServerLimits& limits, Instant now);

  void receive(Bytes bytes, Instant now);  // `bytes` must stay until next() returns nothing
  void tick(Instant now);
  std::optional<Instant> deadline() const;  // call tick then; nothing once closed
  std::optional<ServerEvent> next();
  Buffer take_unread();  // what next() has not come to, for a receive() after the answer to ConnectRequested
  Buffer take_output() { return std::exchange(output_, {}); }

  void forgive(Instant now) { last_heard_ = now; }  // its silence until now was our doing

  void accept(std::string_view assigned_client_id = {}) { accept(Welcome{.assigned_client_id = assigned_client_id}); }
  void accept(const Welcome& welcome);
  // The same with a session that there was: 5.0 and 3.1.1 hear so, and what is unacknowledged is sent again
  // [MQTT-4.4.0-1]. REQUIRES: CONNECT did not ask for a clean start [MQTT-3.2.2-2].
  void resume(const Welcome& welcome, const SessionState& state);
  void refuse(ReasonCode reason, Error why);  // CONNACK, then SessionClosed
  // PUBACK, or at QoS 2 PUBREC. An error `reason` is the end in 3.1.1, whose answers can only say yes. `explanation` is
  // told to a peer of 5.0 that wants to hear it.
  void acknowledge(std::uint16_t packet_id, ReasonCode reason = ReasonCode::success, std::string_view explanation = {});
  void complete(std::uint16_t packet_id);
  void answer_subscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons);
  void answer_unsubscribe(std::uint16_t packet_id, std::vector<ReasonCode> reasons);
  // At once: QoS 0 returns 0. exhausted when the window is full or others wait in line; too_large past the peer's
  // maximum.
  Result<std::uint16_t> publish(Qos qos, std::string_view topic, Bytes payload, const Properties& properties = {});
  // In its turn: waits in line (line_max) for the window. PublishAcknowledged tells its end.
  Status deliver(Message message, Instant now);
  void release(std::uint16_t packet_id);
  void disconnect(ReasonCode reason, Error why);  // DISCONNECT in 5.0; then SessionClosed

  Version version() const { return version_; }
  bool connected() const { return state_ == State::connected; }
  bool closed() const { return state_ == State::closed; }
  std::size_t send_window_free() const { return connected() ? delivery_.window_free() : 0; }
  std::size_t in_line() const { return delivery_.in_line(); }
  // How long the session is to outlive its connection; after DISCONNECT as that said (3.14.2.2.2). 0: not at all.
  Seconds expiry() const { return expiry_; }
  bool clean_start() const { return clean_start_; }
  std::vector<std::uint16_t> unreleased() const { return incoming_.unreleased(); }

 private:
  enum class State : std::uint8_t { waiting, asked, connected, closed };
  using Handled = Result<std::optional<ServerEvent>>;
  Handled handle(const Packet& packet);
  Handled handle_connect(const Packet& packet);
  Handled handle_publish(const Packet& packet);
  Handled handle_again(Incoming::Verdict verdict, const Publish& publish);
  Handled handle_puback(const Packet& packet);
  Handled handle_pubrec(const Packet& packet);
  Handled handle_pubcomp(const Packet& packet);
  Handled handle_pubrel(const Packet& packet);
  Handled handle_subscribe(const Packet& packet);
  Handled handle_disconnect(const Packet& packet);
  Handled fail(ReasonCode reason, Errc code, std::string_view why);
  Handled refuse_version(std::uint8_t level);
  void remember(const Connect& connect);
  std::optional<ReasonCode> unoffered(const Connect& connect) const;
  void welcome(const Welcome& welcome, bool session_present);
  std::optional<Handled> refuse_unoffered(const Publish& publish);
  std::optional<Handled> resolve_alias(Publish& publish);
  Seconds capped(std::uint32_t seconds) const;
  template <class T>
  void send(T packet, std::string_view explanation = {}) {
    const std::size_t before = output_.size();
    if (!explanation.empty() && version_ == Version::v5 && wants_problem_information_) {  // [MQTT-3.1.2-29]
      const Properties plain = packet.properties;
      packet.properties.set(PropertyId::reason_string, explanation);
      encode(output_, version_, packet);
      if (output_.size() - before <= delivery_.packet_bytes_max()) return;
      output_.resize(before);  // [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.14.2-3]
      packet.properties = plain;
    }
    encode(output_, version_, packet);
    if (output_.size() - before > delivery_.packet_bytes_max()) unsayable(before);
  }
  void unsayable(std::size_t before);
  void close(ReasonCode reason, bool by_peer, Error why, std::string_view explanation = {});

  ServerLimits limits_;
  Framer framer_;
  Bytes input_;
  Buffer output_;
  State state_ = State::waiting;
  Version version_ = Version::v5;
  bool clean_start_ = true;
  bool wants_problem_information_ = true;
  bool wants_response_information_ = false;
  bool expiry_asked_ = false;
  std::uint16_t asked_keepalive_ = 0;  // seconds
  std::uint32_t asked_expiry_ = 0;     // seconds
  Seconds expiry_{0};
  Seconds keepalive_{0};
  Instant now_;
  Instant last_heard_;
  Delivery delivery_;
  Incoming incoming_;
  std::vector<std::string> aliases_;  // index 0 is alias 1; empty: not given yet
  std::optional<SessionClosed> closing_;
};

}  // namespace signet::mqtt
