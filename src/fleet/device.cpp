#include "fleet/state.h"

namespace signet::fleet {

Device Fleet::State::with_live(Device device) const {
  const auto found = live.find(device.id);
  if (found == live.end()) return device;
  device.online = found->second.sessions > 0;
  if (found->second.last_seen) device.last_seen = found->second.last_seen;
  return device;
}

Result<std::vector<Device>> Fleet::devices(const Actor& actor, const DeviceQuery& query) {
  TRY(state_->require_workspace(actor, query.workspace, "device.list"));
  if (query.size > devices_page_max) return Error{Errc::too_large, "too many devices on a page"};
  TRY(check_text("name", query.name, name_bytes_max));
  std::vector<Device> all = TRY(state_->store.devices(query));
  for (Device& device : all) device = state_->with_live(std::move(device));
  return all;
}

Result<Device> Fleet::device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id) {
  TRY(state_->require_workspace(actor, workspace, "device.read"));
  Device found = TRY(state_->require_device(actor, id, "device.read"));
  if (found.workspace != workspace) {
    return Error{Errc::not_found, "workspace " + workspace.str() + " has no device " + id.str()};
  }
  return found;
}

Result<Device> Fleet::find_device(const Actor& actor, const DeviceId& id) {
  return state_->require_device(actor, id, "device.read");
}

Result<Device> Fleet::create_device(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                                    const std::optional<FleetId>& fleet, std::string_view description) {
  State& s = *state_;
  TRY(s.require_workspace(actor, workspace, "device.create"));
  TRY(check_name("name", name));
  TRY(check_text("description", description, description_bytes_max));
  Device made;
  if (fleet) {
    made.fleet = TRY(s.require_fleet(actor, workspace, *fleet, "device.create")).id;
  } else {
    const std::vector<FleetGroup> all = TRY(s.store.fleets(workspace));
    if (all.empty()) return Error{Errc::corrupt, "workspace " + workspace.str() + " has no fleet"};
    made.fleet = all.front().id;  // the one it was made with
  }
  made.id = s.ids.next<DeviceIdKind>();
  made.workspace = workspace;
  made.account = actor.account;
  made.name = name;
  made.description = description;
  made.created_at = s.clock.now();
  TRY(s.act(s.entry(actor, "device.create", made.id.str(), name), [&](Changes& to) { return to.add_device(made); }));
  return made;
}

Result<Device> Fleet::update_device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id,
                                    const Renaming& to, const std::optional<FleetId>& fleet) {
  State& s = *state_;
  TRY(s.require_workspace(actor, workspace, "device.update"));
  Device changed = TRY(device(actor, workspace, id));
  TRY(State::rename(to, changed.name, changed.description));
  if (fleet) changed.fleet = TRY(s.require_fleet(actor, workspace, *fleet, "device.update")).id;
  const std::string detail = changed.name + ", " + changed.fleet.str();
  TRY(s.act(s.entry(actor, "device.update", id.str(), detail),
            [&](Changes& changes) { return changes.update_device(changed); }));
  return changed;
}

Result<std::vector<Identity>> Fleet::identities_of(const Actor& actor, const DeviceId& id) {
  TRY(state_->require_device(actor, id, "device.read"));
  return state_->store.identities_of(id);
}

}  // namespace signet::fleet
