// Who is kept out for a while: because a person says so, or because one identity was seen on two boards at once.
#include "base/log.h"
#include "fleet/state.h"

namespace signet::fleet {

Status Fleet::State::set_aside(const Identity& identity, const AuditEntry& entry) {
  const std::optional<Device> device = identity.device ? TRY(store.device(*identity.device)) : std::nullopt;
  TRY(act(entry, [&](Changes& to) -> Status {
    if (device) TRY(to.remove_session(device->id));
    return to.set_identity(identity.fingerprint, IdentityState::quarantined, identity.device);
  }));
  identity_changed(identity.fingerprint, IdentityState::quarantined, device);
  if (device) expel(device->id);
  return {};
}

Status Fleet::quarantine(const Actor& actor, std::string_view dcn, std::string_view reason) {
  State& s = *state_;
  const Identity found = TRY(s.require_identity(actor, dcn, "registry.quarantine"));
  TRY(check_text("reason", reason, reason_bytes_max));
  if (found.state == IdentityState::revoked) return Error{Errc::conflict, found.dcn + " is revoked, for ever"};
  if (found.state == IdentityState::quarantined) return Error{Errc::conflict, found.dcn + " is in quarantine already"};
  return s.set_aside(found, s.entry(actor, "registry.quarantine", found.dcn, reason));
}

Status Fleet::release(const Actor& actor, std::string_view dcn) {
  State& s = *state_;
  const Identity found = TRY(s.require_identity(actor, dcn, "registry.release"));
  if (found.state != IdentityState::quarantined) return Error{Errc::conflict, found.dcn + " is not in quarantine"};
  const IdentityState before = found.device ? IdentityState::claimed : IdentityState::known;
  const std::optional<Device> device = found.device ? TRY(s.store.device(*found.device)) : std::nullopt;
  TRY(s.act(s.entry(actor, "registry.release", found.dcn),
            [&](Changes& to) { return to.set_identity(found.fingerprint, before, found.device); }));
  s.identity_changed(found.fingerprint, before, device);
  return {};
}

// A device that lost its line comes back and takes its own place, once. Two boards with one identity do it in turns.
void Fleet::taken_over(const Admission& who, std::string_view address, std::string_view former) {
  State& s = *state_;
  const Instant now = s.clock.monotonic();
  std::vector<Instant>& times = s.live[who.device].takeovers;
  std::erase_if(times, [&](Instant at) { return now - at >= takeover_window; });
  times.push_back(now);
  if (times.size() < takeovers_of_duplicate) return;
  times.clear();
  AuditEntry entry;
  entry.at = s.clock.now();
  entry.actor = "device " + who.device.str();
  entry.action = "identity.duplicated";
  entry.subject = who.dcn;
  entry.address = address;
  entry.allowed = false;
  entry.detail = "sessions from " + std::string{former} + " and " + std::string{address} +
                 " take each other's place again and again: two boards with one identity, or one that restarts "
                 "without end";
  if (s.policy.quarantine_duplicates) entry.detail += "; it is quarantined: 'signet registry release " + who.dcn + "'";
  const auto identity = s.store.identity(who.fingerprint);
  const bool set_aside = s.policy.quarantine_duplicates && identity && identity.value();
  const Status told =
      set_aside ? s.set_aside(*identity.value(), entry) : s.act(entry, [](Changes&) { return Status{}; });
  if (!told) log_error("identity.duplicated", {{"dcn", who.dcn}, {"why", told.error().what}});
}

}  // namespace signet::fleet
