#include "fleet/state.h"

namespace signet::fleet {
namespace {

AuditEntry device_entry(Clock& clock, const Admission& who, std::string_view action, std::string_view address,
                        std::string_view detail) {
  return {0,    clock.now(),        "device " + who.device.str(), std::string{action}, who.dcn, std::string{address},
          true, std::string{detail}};
}

}  // namespace

Result<std::unordered_map<crypto::Digest, Admissible, DigestHash>*> Fleet::State::known() {
  if (!gate) {
    std::vector<Admissible> all = TRY(store.admissible());
    gate.emplace();
    gate->reserve(all.size());
    for (Admissible& one : all) gate->emplace(one.fingerprint, std::move(one));
  }
  return &*gate;
}

void Fleet::State::identity_added(const Identity& identity, const std::optional<Device>& device) {
  if (!gate) return;  // the first use will load it
  Admissible item{identity.fingerprint, identity.dcn,    identity.state, identity.not_before,
                  identity.not_after,   identity.device, std::nullopt};
  if (device) item.workspace = device->workspace;
  gate->insert_or_assign(identity.fingerprint, std::move(item));
}

void Fleet::State::identity_changed(const crypto::Digest& fingerprint, IdentityState state,
                                    const std::optional<Device>& device) {
  if (!gate) return;
  Admissible& item = gate->at(fingerprint);
  item.state = state;
  item.device = device ? std::optional{device->id} : std::nullopt;
  item.workspace = device ? std::optional{device->workspace} : std::nullopt;
}

void Fleet::State::expel(const DeviceId& device) {
  if (observer) observer->on_expelled(device);
}

Status Fleet::State::check_admissible(const Admissible& identity) {
  const Timestamp now = clock.now();
  if (identity.state == IdentityState::revoked) return Error{Errc::forbidden, identity.dcn + " is revoked"};
  if (identity.state == IdentityState::quarantined) {
    return Error{Errc::forbidden, identity.dcn + " is in quarantine: 'signet registry release " + identity.dcn + "'"};
  }
  if (now < identity.not_before) {
    return Error{Errc::forbidden, identity.dcn + ": its certificate is not valid before " +
                                      rfc3339(identity.not_before) + ", and this manager's clock says " + rfc3339(now)};
  }
  if (now > identity.not_after) {
    return Error{Errc::forbidden, identity.dcn + ": its certificate expired " + rfc3339(identity.not_after)};
  }
  if (identity.state != IdentityState::claimed || !identity.device || !identity.workspace) {
    return Error{Errc::forbidden, identity.dcn + " is known but not claimed: use 'signet device claim'"};
  }
  return {};
}

Result<Admission> Fleet::admit(const crypto::Digest& fingerprint) {
  const auto* registry = TRY(state_->known());
  const auto found = registry->find(fingerprint);
  if (found == registry->end()) {
    return Error{Errc::unauthenticated, "unknown certificate " + hex(fingerprint).substr(0, 16) +
                                            ": its manifest is not imported, or it is a forgery"};
  }
  const Admissible& identity = found->second;
  TRY(state_->check_admissible(identity));
  return Admission{*identity.device, *identity.workspace, identity.dcn, fingerprint};
}

void Fleet::refused(std::string_view address, std::string_view subject, const Error& why) {
  AuditEntry note;
  note.at = state_->clock.now();
  note.actor = "unknown";
  note.action = "gateway.refuse";
  note.subject = subject;
  note.address = address;
  note.detail = why.what;
  state_->note_refusal(std::move(note));
}

Status Fleet::connected(const Admission& who, std::string_view address) {
  State& s = *state_;
  const Admission still = TRY(admit(who.fingerprint));  // it may have been revoked since the handshake
  if (still.device != who.device) return Error{Errc::forbidden, who.dcn + " belongs to another device now"};
  TRY(s.act(device_entry(s.clock, who, "device.connect", address, ""),
            [&](Changes& to) { return to.set_last_seen(who.device, s.clock.now()); }));
  Live& live = s.live[who.device];
  ++live.sessions;
  live.last_seen = s.clock.now();
  return {};
}

Status Fleet::disconnected(const Admission& who, std::string_view address, std::string_view why) {
  State& s = *state_;
  Live& live = s.live[who.device];
  if (live.sessions > 0) --live.sessions;  // true at once, also when it cannot be written
  live.last_seen = s.clock.now();
  return s.act(device_entry(s.clock, who, "device.disconnect", address, why),
               [&](Changes& to) { return to.set_last_seen(who.device, s.clock.now()); });
}

}  // namespace signet::fleet
