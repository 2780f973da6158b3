#include "fleet/state.h"

namespace signet::fleet {
namespace {

Index::Row row_of(IdentityState state, Timestamp not_before, Timestamp not_after, const std::optional<DeviceId>& device,
                  const std::optional<WorkspaceId>& workspace) {
  return {state, not_before, not_after, device ? PackedDeviceId{*device} : PackedDeviceId{},
          workspace ? PackedWorkspaceId{*workspace} : PackedWorkspaceId{}};
}

}  // namespace

Status Fleet::State::load_index() {
  if (index_loaded) return {};
  TRY(store.each_admissible([&](const Admissible& one) {
    index.put(one.fingerprint, row_of(one.state, one.not_before, one.not_after, one.device, one.workspace));
  }));
  index_loaded = true;
  return {};
}

Result<const Index*> Fleet::index() {
  TRY(state_->load_index());
  return &state_->index;
}

void Fleet::State::identity_added(const Identity& identity, const std::optional<Device>& device) {
  if (!index_loaded) return;  // the first use will load it
  std::optional<WorkspaceId> workspace;
  if (device) workspace = device->workspace;
  index.put(identity.fingerprint,
            row_of(identity.state, identity.not_before, identity.not_after, identity.device, workspace));
}

void Fleet::State::identity_changed(const crypto::Digest& fingerprint, IdentityState state,
                                    const std::optional<Device>& device) {
  if (!index_loaded) return;
  ENSURE(index.change(fingerprint, state, device ? PackedDeviceId{device->id} : PackedDeviceId{},
                      device ? PackedWorkspaceId{device->workspace} : PackedWorkspaceId{}));
}

void Fleet::State::expel(const DeviceId& device) {
  if (observer) observer->on_expelled(device);
}

Status check_admissible(const Index::Row& row, std::string_view name, Timestamp now) {
  const auto refuse = [&](const std::string& why) { return Error{Errc::forbidden, std::string{name} + why}; };
  if (row.state == IdentityState::revoked) return refuse(" is revoked");
  if (row.state == IdentityState::quarantined) {
    return refuse(" is in quarantine: 'signet registry release " + std::string{name} + "'");
  }
  if (now < row.not_before) {
    return refuse(": its certificate is not valid before " + rfc3339(row.not_before) +
                  ", and this manager's clock says " + rfc3339(now));
  }
  if (now > row.not_after) return refuse(": its certificate expired " + rfc3339(row.not_after));
  if (row.state != IdentityState::claimed || row.device.empty() || row.workspace.empty()) {
    return refuse(" is known but not claimed: use 'signet device claim'");
  }
  return {};
}

Error unknown_certificate(const crypto::Digest& fingerprint) {
  return {Errc::unauthenticated, "unknown certificate " + hex(fingerprint).substr(0, 16) +
                                     ": its manifest is not imported, or it is a forgery"};
}

Result<Admission> Fleet::admit(const crypto::Digest& fingerprint) {
  State& s = *state_;
  TRY(s.load_index());
  const std::optional<Index::Row> row = s.index.find(fingerprint);
  if (!row) return unknown_certificate(fingerprint);
  const std::optional<Identity> identity = TRY(s.store.identity(fingerprint));  // the index has no common name
  if (!identity) return Error{Errc::corrupt, "the registry lost " + hex(fingerprint).substr(0, 16)};
  TRY(check_admissible(*row, identity->dcn, s.clock.now()));
  return Admission{row->device.id(), row->workspace.id(), identity->dcn, fingerprint};
}

void Fleet::refused(std::string_view address, std::string_view subject, const Error& why, std::size_t more) {
  AuditEntry note;
  note.at = state_->clock.now();
  note.actor = "unknown";
  note.action = "gateway.refuse";
  note.subject = subject;
  note.address = address;
  note.detail = why.what;
  state_->note_refusal(std::move(note), more);
}

}  // namespace signet::fleet
