#include "mqtt/incoming.h"

#include <algorithm>

namespace signet::mqtt {

std::vector<Incoming::Id>::iterator Incoming::place_of(std::uint16_t packet_id) {
  return std::lower_bound(ids_.begin(), ids_.end(), packet_id,
                          [](const Id& id, std::uint16_t wanted) { return id.packet_id < wanted; });
}

std::vector<Incoming::Id>::iterator Incoming::find(std::uint16_t packet_id) {
  const auto place = place_of(packet_id);
  return place != ids_.end() && place->packet_id == packet_id ? place : ids_.end();
}

void Incoming::erase(std::vector<Id>::iterator at) {
  if (at->counts) --used_;
  ids_.erase(at);
  if (ids_.empty()) std::vector<Id>{}.swap(ids_);  // an idle connection holds no memory
}

void Incoming::resume(const std::vector<std::uint16_t>& unreleased) {
  for (const std::uint16_t packet_id : unreleased) {
    if (find(packet_id) == ids_.end()) ids_.insert(place_of(packet_id), {packet_id, Phase::recorded, false});
  }
}

Incoming::Verdict Incoming::receive(std::uint16_t packet_id, Qos qos, std::size_t window) {
  const auto known = find(packet_id);
  const Phase phase = qos == Qos::exactly_once ? Phase::taken_2 : Phase::taken_1;
  if (known != ids_.end()) {
    if (known->phase == phase) return Verdict::pending;
    return known->phase == Phase::recorded && qos == Qos::exactly_once ? Verdict::recorded : Verdict::in_use;
  }
  if (used_ >= window) return Verdict::full;
  if (qos == Qos::exactly_once && ids_.size() >= unreleased_max) return Verdict::too_many;
  ids_.insert(place_of(packet_id), {packet_id, phase, true});
  ++used_;
  return Verdict::fresh;
}

Qos Incoming::settle(std::uint16_t packet_id, bool taken) {
  const auto known = find(packet_id);
  ENSURE(known != ids_.end() && known->phase <= Phase::taken_2);
  const Qos qos = known->phase == Phase::taken_2 ? Qos::exactly_once : Qos::at_least_once;
  if (qos == Qos::exactly_once && taken) {
    known->phase = Phase::recorded;
  } else {
    erase(known);
  }
  return qos;
}

Incoming::Release Incoming::release(std::uint16_t packet_id) {
  const auto known = find(packet_id);
  if (known == ids_.end()) return Release::unknown;
  if (known->phase == Phase::releasing) return Release::pending;
  if (known->phase != Phase::recorded) return Release::early;
  known->phase = Phase::releasing;
  return Release::fresh;
}

void Incoming::complete(std::uint16_t packet_id) {
  const auto known = find(packet_id);
  ENSURE(known != ids_.end() && known->phase == Phase::releasing);
  erase(known);
}

std::vector<std::uint16_t> Incoming::unreleased() const {
  std::vector<std::uint16_t> out;
  for (const Id& id : ids_) {
    if (id.phase >= Phase::recorded) out.push_back(id.packet_id);
  }
  return out;
}

}  // namespace signet::mqtt
