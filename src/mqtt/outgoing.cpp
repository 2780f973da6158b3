#include "mqtt/outgoing.h"

namespace signet::mqtt {

// Ids go round, so that one is not used again soon after its PUBACK.
std::uint16_t Outgoing::next_free() {
  do {
    if (++last_ == 0) last_ = 1;
  } while (unacknowledged_.contains(last_) || unanswered_.contains(last_));
  return last_;
}

Result<std::uint16_t> Outgoing::take() {
  if (free() == 0) return Error{Errc::exhausted, "[MQTT-3.3.4-7] the peer's receive maximum is reached"};
  return *unacknowledged_.insert(next_free()).first;
}

Result<std::uint16_t> Outgoing::take_request() {
  if (unanswered_.size() == requests_max) return Error{Errc::exhausted, "requests_max SUBSCRIBE wait for their answer"};
  return *unanswered_.insert(next_free()).first;
}

bool Outgoing::acknowledge(std::uint16_t packet_id) { return unacknowledged_.erase(packet_id) == 1; }
bool Outgoing::answer(std::uint16_t packet_id) { return unanswered_.erase(packet_id) == 1; }

}  // namespace signet::mqtt
