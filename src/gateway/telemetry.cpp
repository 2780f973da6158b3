#include "gateway/telemetry.h"

namespace signet::gateway {

Status Telemetry::add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, TakenReading reading) {
  if (reading.tag.empty()) reading.tag = fleet::default_tag;
  TRY(fleet::check_tag(reading.tag));
  TRY(payload_check_(reading.payload));
  if (reading.device_time) TRY(fleet::check_device_time(*reading.device_time, turn_.clock().now()));
  readings_.push_back(std::move(reading));
  owed_.push_back({std::move(sender), packet_id});
  finish_later();
  return {};
}

void Telemetry::finish_later() {
  if (std::exchange(turn_asked_, true)) return;
  turn_.at_turn_end([this, alive = std::weak_ptr{alive_}] {
    if (!alive.expired()) finish();
  });
}

void Telemetry::finish() {
  turn_asked_ = false;
  if (readings_.empty()) return;
  asked_.push_back(std::exchange(owed_, {}));
  desk_.ask(ReadingsTaken{hall_, std::exchange(readings_, {})});
}

void Telemetry::on_kept(const ReadingsKept& kept) {
  ENSURE(!asked_.empty() && asked_.front().size() == kept.reasons.size());
  const std::vector<Owed> owed = std::move(asked_.front());
  asked_.pop_front();
  for (std::size_t i = 0; i < owed.size(); ++i) {
    const auto sender = owed[i].sender.lock();
    if (sender && owed[i].packet_id != 0) sender->answer(owed[i].packet_id, kept.reasons[i]);
  }
  for (const Owed& one : owed) {
    if (const auto sender = one.sender.lock()) sender->answered();
  }
}

}  // namespace signet::gateway
