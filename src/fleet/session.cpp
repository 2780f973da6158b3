#include "fleet/state.h"

namespace signet::fleet {

Status Fleet::recover_sessions() {
  State& s = *state_;
  const Timestamp now = s.clock.now();
  return s.store.change([&](Changes& to) -> Status {
    TRY(to.end_connected_sessions(now));
    return to.remove_sessions_ended_at(now);
  });
}

Result<std::optional<DeviceSession>> Fleet::session(const DeviceId& device) { return state_->store.session(device); }

Status Fleet::write_sessions(SessionBatch batch) {
  State& s = *state_;
  if (batch.left.empty() && batch.opened.empty() && batch.kept.empty() && batch.readings.empty() && batch.wills.empty())
    return {};
  const std::vector<Reading> last_words = take_wills(batch.wills);
  TRY(s.store.change([&](Changes& to) -> Status {
    for (const SessionLeft& one : batch.left) {
      const bool over = one.lifetime == Seconds{0} && !one.last_words;
      TRY(over ? to.remove_session(one.device) : to.leave_session(one.device, one.lifetime, one.at, one.last_words));
    }
    for (const DueWill& one : batch.wills) TRY(to.put_will(one.device, std::nullopt));
    for (const DeviceSession& session : batch.opened) {
      TRY(to.put_session(session));
      TRY(to.put_will(session.device, session.will));
    }
    for (const DeviceSession& session : batch.kept) TRY(to.put_session(session));
    TRY(to.append(batch.readings));
    TRY(to.append(last_words));
    return to.remove_sessions_ended_at(s.clock.now());
  }));
  s.seen(batch.readings);
  s.publish(last_words);
  return {};
}

// Readings are left to the caller's commit. A message on j/up is heard at once: twice, when that commit fails.
std::vector<Reading> Fleet::take_wills(std::span<const DueWill> wills) {
  State& s = *state_;
  std::vector<Reading> out;
  for (const auto& [device, will] : wills) {
    Status taken;
    if (will.up) {
      taken = hear_will(device, will.payload);
    } else if (auto reading = s.judge(device, will.tag, will.device_time, will.payload)) {
      out.push_back(std::move(reading).value());
    } else {
      taken = reading.error();
    }
    if (!taken) refused("", device.str(), Error{taken.error()}.within("its will"));
  }
  return out;
}

Status Fleet::hear_will(const DeviceId& device, std::string_view payload) {
  const auto identity = TRY(state_->bound_to(device));
  if (!identity) return Error{Errc::not_found, device.str() + " has no identity any more"};
  const Device of = TRY(state_->store.device(device)).value();
  TRY(heard({device, of.workspace, identity->dcn, identity->fingerprint}, payload));
  return {};
}

Result<bool> Fleet::publish_wills_due() {
  State& s = *state_;
  SessionBatch batch;
  batch.wills = TRY(s.store.wills_due(s.clock.now(), wills_at_once_max));
  const bool more = batch.wills.size() == wills_at_once_max;
  TRY(write_sessions(std::move(batch)));
  return more;
}

}  // namespace signet::fleet
