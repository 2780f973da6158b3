// outgoing.h -- the QoS 1 messages that one end has sent and the other has not acknowledged (4.4, 4.9).
#pragma once

#include "mqtt/types.h"

#include <set>

namespace signet::mqtt {

inline constexpr std::size_t requests_max = 64;      // SUBSCRIBE and UNSUBSCRIBE that wait for their answer
inline constexpr std::uint16_t window_max = 65'000;  // with requests_max fewer than there are ids

class Outgoing {
 public:
  // The peer's Receive Maximum, or less.
  void set_window(std::uint16_t window) { window_ = std::min(window, window_max); }
  std::size_t free() const { return unacknowledged_.size() < window_ ? window_ - unacknowledged_.size() : 0; }
  // A packet id that is not in use [MQTT-2.2.1-3]; exhausted when the window is full [MQTT-3.3.4-7].
  Result<std::uint16_t> take();
  // An id for SUBSCRIBE and UNSUBSCRIBE, which do not count against the window.
  Result<std::uint16_t> take_request();
  bool acknowledge(std::uint16_t packet_id);  // false: was not waiting
  bool answer(std::uint16_t packet_id);       // the same for take_request
  const std::set<std::uint16_t>& unacknowledged() const { return unacknowledged_; }

 private:
  std::uint16_t next_free();

  std::uint16_t window_ = window_max;
  std::uint16_t last_ = 0;
  std::set<std::uint16_t> unacknowledged_;
  std::set<std::uint16_t> unanswered_;
};

}  // namespace signet::mqtt
