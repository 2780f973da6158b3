// outgoing.h -- the packet ids that one end has given out: to messages that the other has not acknowledged (4.3, 4.9),
// and to requests.
#pragma once

#include "mqtt/types.h"

#include <vector>

namespace signet::mqtt {

inline constexpr std::size_t requests_max = 64;      // SUBSCRIBE and UNSUBSCRIBE that wait for their answer
inline constexpr std::uint16_t window_max = 65'000;  // with requests_max fewer than there are ids

class Outgoing {
 public:
  // How far a message has come.
  enum class Phase : std::uint8_t {
    waiting,   // has an id and was not sent on this connection
    sent_1,    // QoS 1: PUBACK is awaited
    sent_2,    // QoS 2: PUBREC is awaited
    received,  // PUBREC came; the owner is to say that PUBREL may go
    released,  // PUBREL went: PUBCOMP is awaited
    request    // SUBSCRIBE or UNSUBSCRIBE
  };

  // The peer's Receive Maximum, or less [MQTT-4.9.0-1].
  void set_window(std::uint16_t window) { window_ = std::min(window, window_max); }
  std::size_t free() const { return used_ < window_ ? window_ - used_ : 0; }

  // A packet id that is not in use [MQTT-2.2.1-3] [MQTT-2.2.1-4]; exhausted when the window is full [MQTT-3.3.4-7].
  Result<std::uint16_t> take(Qos qos = Qos::at_least_once);
  // An id for SUBSCRIBE and UNSUBSCRIBE, which do not count against the window.
  Result<std::uint16_t> take_request();
  // An id that its message has already, from another connection or from its owner. conflict: it is in use.
  Status adopt(std::uint16_t packet_id, Phase phase);

  std::optional<Phase> phase(std::uint16_t packet_id) const;
  void send(std::uint16_t packet_id, Qos qos);  // REQUIRES: waiting, and free() > 0
  void move(std::uint16_t packet_id, Phase phase);
  bool remove(std::uint16_t packet_id);
  std::size_t in_flight() const { return ids_.size() - requests_; }

 private:
  struct Id {
    std::uint16_t packet_id;
    Phase phase;
    bool counts;  // against the window: its PUBLISH went out on this connection
  };
  std::vector<Id>::iterator place_of(std::uint16_t packet_id);
  std::uint16_t next_free();

  std::uint16_t window_ = window_max;
  std::uint16_t last_ = 0;
  std::size_t used_ = 0;
  std::size_t requests_ = 0;
  std::vector<Id> ids_;  // sorted; an idle connection holds no memory
};

}  // namespace signet::mqtt
