// firmware_ports.h -- what the domain needs of a memory about firmware and updates; the images themselves are files.
// Part of ports.h, whose rules hold here.
#pragma once

#include "fleet/firmware_model.h"

#include <optional>
#include <vector>

namespace signet::fleet {

class FirmwareChanges {
 public:
  virtual ~FirmwareChanges() = default;

  virtual Status put_firmware(const Firmware& firmware) = 0;       // replaces its name and description
  virtual Status remove_firmware(const FirmwareId& id) = 0;        // with its versions; well when there is none
  virtual Status put_version(const FirmwareVersion& version) = 0;  // replaces its images
  virtual Status remove_version(const FirmwareId& firmware, std::string_view version) = 0;  // the same
  // Replaces the one of its id. conflict: two of a device were open.
  virtual Status put_update(const Update& update) = 0;
  virtual Status remove_old_updates(const DeviceId& device, std::size_t keep) = 0;  // the oldest that have ended
  virtual Status put_rollout(const Rollout& rollout) = 0;  // replaces; of its plan the failures alone
  virtual Status remove_rollout(const RolloutId& id) = 0;  // its updates stay as they are; well when there is none
};

class FirmwareStore {
 public:
  virtual ~FirmwareStore() = default;

  virtual Result<std::vector<Firmware>> firmwares(const WorkspaceId& workspace) = 0;
  virtual Result<std::optional<Firmware>> firmware(const FirmwareId& id) = 0;
  virtual Result<std::vector<FirmwareVersion>> versions(const FirmwareId& firmware) = 0;  // by text
  virtual Result<std::optional<FirmwareVersion>> version(const FirmwareId& firmware, std::string_view version) = 0;
  virtual Result<std::uint64_t> image_bytes(const WorkspaceId& workspace) = 0;  // of all its images
  virtual Result<bool> has_image(const crypto::Digest& sha256) = 0;             // some version consists of it

  virtual Result<std::vector<Update>> updates(const UpdateQuery& query) = 0;
  virtual Result<bool> is_wanted(const FirmwareId& firmware, std::string_view version) = 0;  // an update to it is open
  virtual Result<std::vector<Rollout>> rollouts(const WorkspaceId& workspace) = 0;
  virtual Result<std::vector<Rollout>> rollouts_running() = 0;  // of all workspaces
  virtual Result<std::optional<Rollout>> rollout(const RolloutId& id) = 0;
  virtual Result<std::vector<RolloutCount>> rollout_counts(const RolloutId& id) = 0;  // by wave, then status
};

}  // namespace signet::fleet
