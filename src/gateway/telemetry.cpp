#include "gateway/telemetry.h"

#include "base/log.h"
#include "gateway/ingest_record.h"

namespace signet::gateway {

Status Telemetry::add(std::weak_ptr<Sender> sender, std::uint16_t packet_id, const TakenReading& reading) {
  if (log_.pending() >= commit_readings_max) finish();
  if (log_.backlog() >= config_.ingest_backlog_max) {
    const Error full{Errc::exhausted, "ingest_backlog_max bytes wait for the store"};
    tell(full);
    return full;
  }
  Status appended = append(reading);
  if (!appended && appended.error().code == Errc::exhausted) {  // the batch is full
    finish();
    appended = append(reading);
  }
  TRY(std::move(appended));
  owed_.push_back({std::move(sender), packet_id});
  finish_later();
  return {};
}

Status Telemetry::append(const TakenReading& reading) {
  record_.clear();
  encode_record(TRY(judge_(reading.device, reading.tag, reading.device_time, reading.payload)), record_);
  return log_.append(record_);
}

void Telemetry::finish_later() {
  if (std::exchange(turn_asked_, true)) return;
  turn_.at_turn_end([this, alive = std::weak_ptr{alive_}] {
    if (!alive.expired()) at_turn_end();
  });
}

// A sync costs as much for one reading as for many: a few wait a moment for others.
void Telemetry::at_turn_end() {
  turn_asked_ = false;
  if (log_.pending() >= company || config_.commit_delay == Millis{0}) return finish();
  if (log_.pending() == 0 || std::exchange(delayed_, true)) return;
  turn_.after(config_.commit_delay, [this, alive = std::weak_ptr{alive_}] {
    if (alive.expired()) return;
    delayed_ = false;
    finish();
  });
}

// What the disk does not take is refused, so that the device keeps it: 0x97, whatever the trouble was.
void Telemetry::finish() {
  if (log_.pending() == 0) return;
  const Status kept = log_.commit();
  tell(kept);
  const mqtt::ReasonCode reason = kept ? mqtt::ReasonCode::success : mqtt::ReasonCode::quota_exceeded;
  const std::vector<Owed> owed = std::exchange(owed_, {});
  for (const Owed& one : owed) {
    const auto sender = one.sender.lock();
    if (sender && one.packet_id != 0) sender->answer(one.packet_id, reason);
  }
  for (const Owed& one : owed) {
    if (const auto sender = one.sender.lock()) sender->answered();
  }
}

void Telemetry::tell(const Status& kept) {
  if (kept) {
    if (std::exchange(failing_, false)) log_info("telemetry.recovered");
  } else if (!std::exchange(failing_, true)) {
    log_error("telemetry.not_kept", {{"why", kept.error().what}});
  }
}

}  // namespace signet::gateway
