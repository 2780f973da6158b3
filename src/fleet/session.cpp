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

Status Fleet::keep_sessions(std::span<const DeviceSession> sessions) {
  State& s = *state_;
  return s.store.change([&](Changes& to) -> Status {
    for (const DeviceSession& session : sessions) TRY(to.put_session(session));
    return to.remove_sessions_ended_at(s.clock.now());
  });
}

Status Fleet::leave_session(DeviceSession session) {
  session.ends_at = state_->clock.now() + session.lifetime;
  return keep_sessions(std::span{&session, 1});
}

Status Fleet::end_session(const DeviceId& device) {
  return state_->store.change([&](Changes& to) { return to.remove_session(device); });
}

Status Fleet::keep_once(const Reading& reading, const DeviceSession& session) {
  State& s = *state_;
  const std::span<const Reading> one{&reading, 1};
  TRY(s.store.change([&](Changes& to) -> Status {
    TRY(to.append(one));
    return to.put_session(session);
  }));
  s.seen(one);
  return {};
}

}  // namespace signet::fleet
