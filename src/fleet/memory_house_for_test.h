// memory_house_for_test.h -- private to memory_store: what becomes of workspaces, fleets and devices that are there.
#pragma once

#include "fleet/memory_firmware_for_test.h"

namespace signet::fleet {

class MemoryHouseChanges : public MemoryFirmwareChanges {
 public:
  using MemoryFirmwareChanges::MemoryFirmwareChanges;

  Status update_workspace(const Workspace& workspace) override;
  Status update_fleet(const FleetGroup& fleet) override;
  Status remove_workspace(const WorkspaceId& id) override;
  Status remove_fleet(const FleetId& id) override;
  Status remove_device(const DeviceId& id) override;
  Result<std::size_t> erase_removed(std::size_t) override { return std::size_t{0}; }  // remove_device did
};

}  // namespace signet::fleet
