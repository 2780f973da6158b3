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

Result<std::optional<DeviceSession>> Fleet::session(const DeviceId& device) {
  State& s = *state_;
  auto found = TRY(s.store.session(device));
  if (found && found->ends_at && *found->ends_at <= s.clock.now()) found.reset();
  return found;
}

Status Fleet::write_sessions(const SessionBatch& batch) {
  State& s = *state_;
  if (batch.left.empty() && batch.kept.empty() && batch.readings.empty()) return {};
  TRY(s.store.change([&](Changes& to) -> Status {
    for (const SessionLeft& one : batch.left) {
      const bool over = one.lifetime == Seconds{0};
      TRY(over ? to.remove_session(one.device) : to.leave_session(one.device, one.lifetime, one.at + one.lifetime));
    }
    for (const DeviceSession& session : batch.kept) TRY(to.put_session(session));
    TRY(to.append(batch.readings));
    return to.remove_sessions_ended_at(s.clock.now());
  }));
  s.seen(batch.readings);
  return {};
}

}  // namespace signet::fleet
