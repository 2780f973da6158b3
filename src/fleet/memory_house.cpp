#include "fleet/memory_house_for_test.h"

namespace signet::fleet {

Status MemoryHouseChanges::update_workspace(const Workspace& workspace) {
  Workspace* found = find_id(now_.workspaces, workspace.id);
  if (!found) return missing("workspace");
  found->name = workspace.name, found->description = workspace.description;
  return {};
}

Status MemoryHouseChanges::update_fleet(const FleetGroup& fleet) {
  FleetGroup* found = find_id(now_.fleets, fleet.id);
  if (!found) return missing("fleet");
  found->name = fleet.name, found->description = fleet.description;
  return {};
}

Status MemoryHouseChanges::remove_workspace(const WorkspaceId& id) {
  if (!find_id(now_.workspaces, id)) return missing("workspace");
  if (find_where(now_.devices, [&](const Device& one) { return one.workspace == id; })) return already("a device");
  std::erase_if(now_.fleets, [&](const FleetGroup& one) { return one.workspace == id; });
  std::erase_if(now_.members, [&](const Member& one) { return one.workspace == id; });
  std::erase_if(now_.invitations, [&](const Invitation& one) { return one.workspace == id; });
  std::erase_if(now_.integrations, [&](const auto& one) { return one.second.workspace == id; });
  std::erase_if(now_.rollouts, [&](const auto& one) { return one.second.workspace == id; });
  remove_tokens([&](const Token& one) { return one.only == id; });
  std::erase_if(now_.workspaces, [&](const Workspace& one) { return one.id == id; });
  now_.feeds.erase(id);
  return {};
}

Status MemoryHouseChanges::remove_fleet(const FleetId& id) {
  if (!find_id(now_.fleets, id)) return missing("fleet");
  if (find_where(now_.devices, [&](const Device& one) { return one.fleet == id; })) return already("a device");
  std::erase_if(now_.fleets, [&](const FleetGroup& one) { return one.id == id; });
  return {};
}

Status MemoryHouseChanges::remove_device(const DeviceId& id) {
  if (!find_id(now_.devices, id)) return missing("device");
  if (find_where(now_.identities, [&](const Identity& one) { return one.device == id; })) return already("an identity");
  std::erase_if(now_.readings, [&](const auto& one) { return one.second.device == id; });
  std::erase_if(now_.twin, [&](const auto& one) { return std::get<DeviceId>(one.first) == id; });
  std::erase_if(now_.jobs, [&](const auto& one) { return one.second.device == id; });
  std::erase_if(now_.updates, [&](const auto& one) { return one.second.device == id; });
  std::erase_if(now_.conditions, [&](const auto& one) { return one.second.device == id; });
  now_.sessions.erase(id);
  std::erase_if(now_.devices, [&](const Device& one) { return one.id == id; });
  return {};
}

}  // namespace signet::fleet
