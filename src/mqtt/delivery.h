// delivery.h -- the sender's half of QoS 0, 1 and 2 (4.3), the same at both ends: packet ids, the peer's window, the
// line of messages that wait for it, and the sending again of what an earlier connection left unacknowledged (4.4).
#pragma once

#include "mqtt/outgoing.h"
#include "mqtt/puback.h"
#include "mqtt/session_state.h"

#include <variant>

namespace signet::mqtt {

inline constexpr std::size_t line_max = 64;  // messages that wait for the peer's window

class Delivery {
 public:
  explicit Delivery(std::uint16_t window) { ids_.set_window(window); }

  // What the peer takes, known from CONNECT or CONNACK; `window` is its Receive Maximum or our own limit, if that is
  // less.
  void set_peer(Version version, std::uint16_t window, std::size_t packet_bytes_max);
  // Those that have an id and were sent are sent again, with DUP, in their order; the others for the first time.
  void resume(std::vector<Message> outbound);

  // Sends at once: exhausted when the window is full or others wait in line; too_large past the peer's maximum.
  Result<std::uint16_t> publish(Buffer& out, Qos qos, std::string_view topic, Bytes payload,
                                const Properties& properties);
  // Sends in its turn. exhausted: line_max are in line; conflict: its id is in use.
  Status deliver(Buffer& out, Message message, Instant now);
  // Sends as much of the line as the window lets through.
  void pump(Buffer& out, Instant now);

  // One that is over: acknowledged, refused by the peer, or never sent (expired; or packet_too_large [MQTT-3.1.2-25]).
  struct Ended {
    std::uint16_t packet_id;
    ReasonCode reason;
    bool expired = false;
  };
  std::optional<Ended> take_unsent();
  Result<Ended> on(const Puback& puback);
  struct Received {
    std::uint16_t packet_id;
  };  // answer: release
  using AfterPubrec = std::variant<std::monostate, Received, Ended>;
  Result<AfterPubrec> on(Buffer& out, const Pubrec& pubrec);
  Result<std::optional<Ended>> on(const Pubcomp& pubcomp);
  void release(Buffer& out, std::uint16_t packet_id);  // REQUIRES: Received, and not released yet

  Result<std::uint16_t> take_request() { return ids_.take_request(); }
  bool answer(std::uint16_t packet_id);  // of a request; false: there was none
  std::size_t window_free() const { return line_.empty() ? ids_.free() : 0; }
  bool is_released(std::uint16_t packet_id) const { return ids_.phase(packet_id) == Outgoing::Phase::released; }
  std::size_t in_flight() const { return ids_.in_flight(); }
  std::size_t in_line() const { return line_.size(); }
  std::size_t packet_bytes_max() const { return packet_bytes_max_; }

 private:
  enum class Sent : std::uint8_t { yes, never, not_now };
  bool encode_message(Buffer& out, const Message& message, Instant now) const;
  Sent send(Buffer& out, Message& message, Instant now);
  Sent give_up(const Message& message, ReasonCode reason, bool expired);

  Version version_ = Version::v5;
  std::size_t packet_bytes_max_ = remaining_length_max;
  Outgoing ids_;
  std::vector<Message> line_;
  std::vector<Ended> unsent_;
};

}  // namespace signet::mqtt
