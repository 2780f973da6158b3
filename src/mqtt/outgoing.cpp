#include "mqtt/outgoing.h"

#include <algorithm>

namespace signet::mqtt {
namespace {

Outgoing::Phase phase_of(Qos qos) {
  return qos == Qos::exactly_once ? Outgoing::Phase::sent_2 : Outgoing::Phase::sent_1;
}

}  // namespace

std::vector<Outgoing::Id>::iterator Outgoing::place_of(std::uint16_t packet_id) {
  return std::lower_bound(ids_.begin(), ids_.end(), packet_id,
                          [](const Id& id, std::uint16_t wanted) { return id.packet_id < wanted; });
}

// Ids go round, so that one is not used again soon after its PUBACK.
std::uint16_t Outgoing::next_free() {
  do {
    if (++last_ == 0) last_ = 1;
  } while (phase(last_));
  return last_;
}

Result<std::uint16_t> Outgoing::take(Qos qos) {
  if (free() == 0 || in_flight() >= window_max) {
    return Error{Errc::exhausted, "[MQTT-3.3.4-7] the peer's receive maximum is reached"};
  }
  const std::uint16_t packet_id = next_free();
  ids_.insert(place_of(packet_id), {packet_id, phase_of(qos), true});
  ++used_;
  return packet_id;
}

Result<std::uint16_t> Outgoing::take_request() {
  if (requests_ == requests_max) return Error{Errc::exhausted, "requests_max SUBSCRIBE wait for their answer"};
  const std::uint16_t packet_id = next_free();
  ids_.insert(place_of(packet_id), {packet_id, Phase::request, false});
  ++requests_;
  return packet_id;
}

Status Outgoing::adopt(std::uint16_t packet_id, Phase phase) {
  if (packet_id == 0 || in_flight() >= window_max) return Error{Errc::exhausted, "no packet id is free"};
  const auto place = place_of(packet_id);
  if (place != ids_.end() && place->packet_id == packet_id) {
    return Error{Errc::conflict, "[MQTT-2.2.1-4] a packet id that is in use"};
  }
  ids_.insert(place, {packet_id, phase, false});
  return {};
}

std::optional<Outgoing::Phase> Outgoing::phase(std::uint16_t packet_id) const {
  const auto place = const_cast<Outgoing*>(this)->place_of(packet_id);
  if (place == ids_.end() || place->packet_id != packet_id) return std::nullopt;
  return place->phase;
}

void Outgoing::send(std::uint16_t packet_id, Qos qos) {
  ENSURE(phase(packet_id) == Phase::waiting && free() > 0);
  const auto place = place_of(packet_id);
  place->phase = phase_of(qos);
  place->counts = true;
  ++used_;
}

void Outgoing::move(std::uint16_t packet_id, Phase phase_now) {
  ENSURE(phase(packet_id));
  place_of(packet_id)->phase = phase_now;
}

bool Outgoing::remove(std::uint16_t packet_id) {
  const auto place = place_of(packet_id);
  if (place == ids_.end() || place->packet_id != packet_id) return false;
  if (place->counts) --used_;
  if (place->phase == Phase::request) --requests_;
  ids_.erase(place);
  if (ids_.empty()) std::vector<Id>{}.swap(ids_);
  return true;
}

}  // namespace signet::mqtt
