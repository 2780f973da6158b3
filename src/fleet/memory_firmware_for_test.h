// memory_firmware_for_test.h -- private to memory_store: the changes to firmware and updates.
#pragma once

#include "fleet/memory_outward_for_test.h"

namespace signet::fleet {

class MemoryFirmwareChanges : public MemoryOutwardChanges {
 public:
  using MemoryOutwardChanges::MemoryOutwardChanges;

  Status put_firmware(const Firmware& firmware) override;
  Status remove_firmware(const FirmwareId& id) override;
  Status put_version(const FirmwareVersion& version) override;
  Status remove_version(const FirmwareId& firmware, std::string_view version) override;
  Status put_update(const Update& update) override;
  Status remove_old_updates(const DeviceId& device, std::size_t keep) override;
  Status put_rollout(const Rollout& rollout) override;
  Status remove_rollout(const RolloutId& id) override;
};

}  // namespace signet::fleet
