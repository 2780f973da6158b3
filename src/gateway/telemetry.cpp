#include "gateway/telemetry.h"

#include "base/log.h"

namespace signet::gateway {
namespace {

// Trouble of the store as a whole: to try reading by reading would only be slower.
bool concerns_all(Errc code) { return code == Errc::exhausted || code == Errc::unavailable || code == Errc::corrupt; }

}  // namespace

void Telemetry::add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, fleet::Reading reading) {
  readings_.push_back(std::move(reading));
  owe({std::move(sender), packet_id, mqtt::ReasonCode::success, readings_.size() - 1});
}

void Telemetry::add_answer(std::weak_ptr<Sender> sender, std::uint16_t packet_id, mqtt::ReasonCode reason) {
  owe({std::move(sender), packet_id, reason, std::nullopt});
}

void Telemetry::owe(Owed owed) {
  owed_.push_back(std::move(owed));
  if (turn_asked_) return;
  turn_asked_ = true;
  turn_.at_turn_end([this, alive = std::weak_ptr{alive_}] {
    if (!alive.expired()) finish();
  });
}

// One commit for all. Should one reading be at fault, it alone is refused, not its neighbours.
std::vector<mqtt::ReasonCode> Telemetry::keep(const std::vector<fleet::Reading>& readings) {
  std::vector<mqtt::ReasonCode> reasons(readings.size(), mqtt::ReasonCode::success);
  const Status kept = fleet_.keep(readings);
  if (kept) {
    if (std::exchange(failing_, false)) log_info("telemetry.recovered");
    return reasons;
  }
  if (!std::exchange(failing_, true)) log_error("telemetry.not_kept", {{"why", kept.error().what}});
  if (concerns_all(kept.error().code)) {
    reasons.assign(readings.size(), mqtt::puback_reason(kept.error().code));
    return reasons;
  }
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const Status alone = fleet_.keep(std::span{readings}.subspan(i, 1));
    if (!alone) reasons[i] = mqtt::puback_reason(alone.error().code);
  }
  return reasons;
}

void Telemetry::finish() {
  turn_asked_ = false;
  const std::vector<fleet::Reading> readings = std::exchange(readings_, {});
  const std::vector<Owed> owed = std::exchange(owed_, {});
  const auto reasons = readings.empty() ? std::vector<mqtt::ReasonCode>{} : keep(readings);
  for (const Owed& one : owed) {
    const auto sender = one.sender.lock();
    if (sender && one.packet_id != 0) sender->answer(one.packet_id, one.reading ? reasons[*one.reading] : one.reason);
  }
  for (const Owed& one : owed) {
    if (const auto sender = one.sender.lock()) sender->answered();
  }
}

}  // namespace signet::gateway
