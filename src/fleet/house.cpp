#include "fleet/house.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

// A unit that was kept out before stays out.
IdentityState without_device(IdentityState before) {
  return before == IdentityState::claimed ? IdentityState::known : before;
}

}  // namespace

Result<Workspace> House::update_workspace(const Actor& actor, const WorkspaceId& id, const Renaming& to) {
  Fleet::State& s = state_;
  Workspace changed = TRY(s.require_workspace(actor, id, "workspace.update"));
  TRY(Fleet::State::rename(to, changed.name, changed.description));
  TRY(s.act(s.entry(actor, "workspace.update", id.str(), changed.name),
            [&](Changes& changes) { return changes.update_workspace(changed); }));
  return changed;
}

Result<FleetGroup> House::update_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id,
                                       const Renaming& to) {
  Fleet::State& s = state_;
  FleetGroup changed = TRY(s.require_fleet(actor, workspace, id, "fleet.update"));
  TRY(Fleet::State::rename(to, changed.name, changed.description));
  TRY(s.act(s.entry(actor, "fleet.update", id.str(), changed.name),
            [&](Changes& changes) { return changes.update_fleet(changed); }));
  return changed;
}

// An integration or export that names the fleet would name none without it, which is all of them: it would tell more.
Status House::remove_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id) {
  Fleet::State& s = state_;
  const FleetGroup found = TRY(s.require_fleet(actor, workspace, id, "fleet.remove"));
  if (!TRY(s.store.devices({.workspace = workspace, .fleet = id, .size = 1})).empty()) {
    return Error{Errc::conflict, id.str() + " has devices: first move them ('signet device move'), or remove them"};
  }
  if (TRY(s.store.fleets(workspace)).size() == 1) {
    return Error{Errc::conflict, id.str() + " is the only fleet of its workspace, which needs one for new devices"};
  }
  for (const Integration& one : TRY(s.store.integrations())) {
    if (std::find(one.fleets.begin(), one.fleets.end(), id) == one.fleets.end()) continue;
    return Error{Errc::conflict, "integration " + one.name + " tells of this fleet: change or remove it first"};
  }
  for (const Export& one : TRY(s.store.exports())) {
    if (std::find(one.fleets.begin(), one.fleets.end(), id) == one.fleets.end()) continue;
    return Error{Errc::conflict, "export " + one.name + " is of this fleet: change or remove it first"};
  }
  return s.act(s.entry(actor, "fleet.remove", id.str(), found.name), [&](Changes& to) { return to.remove_fleet(id); });
}

// A person's to decide: members lose their keys, and nobody can bring it back.
Status House::remove_workspace(const Actor& actor, const WorkspaceId& id) {
  Fleet::State& s = state_;
  TRY(s.require_person(actor, "workspace.remove"));
  const Workspace found = TRY(s.require_workspace(actor, id, "workspace.remove"));
  if (!TRY(s.store.devices({.workspace = id, .size = 1})).empty()) {
    return Error{Errc::conflict, id.str() + " has devices: first remove them ('signet device rm')"};
  }
  for (const Integration& one : TRY(s.store.integrations())) {
    if (one.workspace != id) continue;
    return Error{Errc::conflict, id.str() + " has integrations: first remove them ('signet integration rm')"};
  }
  for (const Export& one : TRY(s.store.exports())) {
    if (one.workspace == id) return Error{Errc::conflict, id.str() + " has exports: first remove them"};
  }
  if (!TRY(s.store.firmwares(id)).empty()) {
    return Error{Errc::conflict, id.str() + " has firmware: first remove it ('signet firmware rm')"};
  }
  if (TRY(s.store.workspaces(actor.account)).size() == 1) {
    return Error{Errc::conflict, id.str() + " is your only workspace: first make another"};
  }
  return s.act(s.entry(actor, "workspace.remove", id.str(), found.name),
               [&](Changes& to) { return to.remove_workspace(id); });
}

Status House::remove_device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id) {
  Fleet::State& s = state_;
  TRY(s.require_workspace(actor, workspace, "device.remove"));
  const Device found = TRY(s.require_device(actor, id, "device.remove"));
  if (found.workspace != workspace) {
    return Error{Errc::not_found, "workspace " + workspace.str() + " has no device " + id.str()};
  }
  const std::vector<Identity> units = TRY(s.store.identities_of(id));
  std::string detail = found.name;
  for (const Identity& unit : units) detail += ", " + unit.dcn;
  TRY(s.act(s.entry(actor, "device.remove", id.str(), detail), [&](Changes& to) -> Status {
    for (const Identity& unit : units) {
      TRY(to.set_identity(unit.fingerprint, without_device(unit.state), std::nullopt));
      TRY(to.set_receipt(unit.fingerprint, ""));
    }
    return to.remove_device(id);
  }));
  for (const Identity& unit : units) s.identity_changed(unit.fingerprint, without_device(unit.state), std::nullopt);
  s.live.erase(id);
  s.erasing = true;
  s.expel(id);
  return {};
}

}  // namespace signet::fleet
