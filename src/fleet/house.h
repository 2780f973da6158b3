// house.h -- what becomes of workspaces, fleets and devices that are there: renamed, removed.
//
//   House{fleet}.remove_device(actor, workspace, device);
//
// Part of fleet.h, whose rules hold here. A device is renamed and moved by Fleet::update_device.
#pragma once

#include "fleet/fleet.h"

namespace signet::fleet {

class House {
 public:
  explicit House(Fleet& fleet) : state_(*fleet.state_) {}

  Result<Workspace> update_workspace(const Actor& actor, const WorkspaceId& id, const Renaming& to);
  Result<FleetGroup> update_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id,
                                  const Renaming& to);
  // conflict unless it is empty: no device, no integration and no export is in it. The last workspace of who asks
  // stays.
  Status remove_workspace(const Actor& actor, const WorkspaceId& id);  // with its keys and invitations
  // The same; no integration and no export names it; the last fleet of a workspace stays.
  Status remove_fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id);
  // With all that is known of it, but for the audit. Its live session is expelled; its unit may be claimed again,
  // unless that is revoked or in quarantine: it stays so. Its readings are out of sight at once, and erased by
  // tend_retention.
  Status remove_device(const Actor& actor, const WorkspaceId& workspace, const DeviceId& id);

 private:
  Fleet::State& state_;
};

}  // namespace signet::fleet
