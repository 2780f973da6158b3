// session_state.h -- what a session is beyond its connection (4.1): a value that its owner keeps, in memory or on disk.
#pragma once

#include "base/clock.h"
#include "mqtt/types.h"

#include <vector>

namespace signet::mqtt {

inline constexpr std::uint32_t session_never_expires = 0xffff'ffff;  // Session Expiry Interval (3.1.2.11.2)
inline constexpr std::size_t kept_messages_max = 64;
inline constexpr std::size_t kept_subscriptions_max = 16;

// A message to the peer: in line, or sent and not acknowledged.
struct Message {
  std::uint16_t packet_id = 0;  // 0: it gets one when it is sent; always 0 at QoS 0
  Qos qos = Qos::at_least_once;
  bool sent = false;      // maybe: whoever sends it now sends it again, with DUP [MQTT-3.3.1-1]
  bool released = false;  // QoS 2: the peer has it; what is sent again is PUBREL
  std::string topic = {};
  std::string payload = {};
  std::optional<Instant> expires = {};  // is not begun to be sent from then on [MQTT-3.3.2-5]
};

struct SessionState {
  struct Subscribed {
    std::string filter;
    Qos qos;
    bool operator==(const Subscribed&) const = default;
  };
  std::vector<Subscribed> subscriptions = {};
  std::vector<Message> outbound = {};          // QoS 1 and 2, in the order in which they are delivered [MQTT-4.6.0-6]
  std::vector<std::uint16_t> unreleased = {};  // QoS 2 of the peer: acknowledged by PUBREC, no PUBREL yet
  std::uint16_t last_id = 0;

  // exhausted past kept_subscriptions_max; the same filter again is replaced [MQTT-3.8.4-3].
  Status subscribe(std::string_view filter, Qos qos);
  bool unsubscribe(std::string_view filter);  // false: there was none [MQTT-3.10.4-1]
  // Gives it its packet id, which it keeps for good [MQTT-2.2.1-4]; exhausted past kept_messages_max. QoS 0 is not
  // kept.
  Result<std::uint16_t> add(Message message);
  void received(std::uint16_t packet_id);  // its PUBREC came: from now on it is PUBREL that is sent again
  bool remove(std::uint16_t packet_id);    // PUBACK, PUBCOMP, a refusal, or never to be sent
  void all_sent();                         // a connection has them all: the next one sends them again
  void expire(Instant now);                // drops what was never sent and may not be any more
};

}  // namespace signet::mqtt
