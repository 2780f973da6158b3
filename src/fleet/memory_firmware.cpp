#include "fleet/memory_firmware_for_test.h"

namespace signet::fleet {

Status MemoryFirmwareChanges::put_firmware(const Firmware& firmware) {
  if (!find_id(now_.workspaces, firmware.workspace)) return missing("workspace");
  const auto [at, is_new] = now_.firmwares.emplace(firmware.id, firmware);
  if (!is_new) at->second.name = firmware.name, at->second.description = firmware.description;
  return {};
}

Status MemoryFirmwareChanges::remove_firmware(const FirmwareId& id) {
  std::erase_if(now_.versions, [&](const auto& one) { return one.first.first == id; });
  now_.firmwares.erase(id);
  return {};
}

Status MemoryFirmwareChanges::put_version(const FirmwareVersion& version) {
  if (!now_.firmwares.contains(version.firmware)) return missing("firmware");
  now_.versions[{version.firmware, version.version}] = version;
  return {};
}

Status MemoryFirmwareChanges::remove_version(const FirmwareId& firmware, std::string_view version) {
  now_.versions.erase({firmware, std::string{version}});
  return {};
}

Status MemoryFirmwareChanges::put_update(const Update& update) {
  if (!find_id(now_.devices, update.device)) return missing("device");
  for (const auto& [id, other] : now_.updates) {
    const bool both = is_open(other.status) && is_open(update.status);
    if (both && id != update.id && other.device == update.device) return already("an update");
  }
  now_.updates[update.id] = update;
  return {};
}

Status MemoryFirmwareChanges::remove_old_updates(const DeviceId& device, std::size_t keep) {
  std::size_t seen = 0;
  for (auto at = now_.updates.end(); at != now_.updates.begin();) {
    --at;
    if (at->second.device != device || is_open(at->second.status) || ++seen <= keep) continue;
    at = now_.updates.erase(at);
  }
  return {};
}

Status MemoryFirmwareChanges::put_rollout(const Rollout& rollout) {
  if (!find_id(now_.workspaces, rollout.workspace)) return missing("workspace");
  const auto [at, is_new] = now_.rollouts.emplace(rollout.id, rollout);
  if (is_new) return {};
  RolloutPlan plan = at->second.plan;
  plan.failures_percent = rollout.plan.failures_percent;
  at->second = rollout;
  at->second.plan = std::move(plan);
  return {};
}

Status MemoryFirmwareChanges::remove_rollout(const RolloutId& id) {
  now_.rollouts.erase(id);
  for (auto& [key, update] : now_.updates) {
    if (update.rollout == id) update.rollout.reset();
  }
  return {};
}

Result<std::vector<Firmware>> MemoryStore_for_test::firmwares(const WorkspaceId& workspace) {
  std::vector<Firmware> out;
  for (const auto& [id, one] : now_.firmwares) {
    if (one.workspace == workspace) out.push_back(one);
  }
  return out;
}
Result<std::optional<Firmware>> MemoryStore_for_test::firmware(const FirmwareId& id) {
  const auto found = now_.firmwares.find(id);
  return found == now_.firmwares.end() ? std::nullopt : std::optional{found->second};
}
Result<std::vector<FirmwareVersion>> MemoryStore_for_test::versions(const FirmwareId& firmware) {
  std::vector<FirmwareVersion> out;
  for (const auto& [key, one] : now_.versions) {
    if (key.first == firmware) out.push_back(one);
  }
  return out;
}
Result<std::optional<FirmwareVersion>> MemoryStore_for_test::version(const FirmwareId& firmware,
                                                                     std::string_view version) {
  const auto found = now_.versions.find({firmware, std::string{version}});
  return found == now_.versions.end() ? std::nullopt : std::optional{found->second};
}
Result<std::uint64_t> MemoryStore_for_test::image_bytes(const WorkspaceId& workspace) {
  std::uint64_t out = 0;
  for (const auto& [key, one] : now_.versions) {
    if (now_.firmwares.at(key.first).workspace != workspace) continue;
    for (const FirmwareImage& image : one.images) out += image.size;
  }
  return out;
}
Result<bool> MemoryStore_for_test::has_image(const crypto::Digest& sha256) {
  return std::any_of(now_.versions.begin(), now_.versions.end(), [&](const auto& one) {
    const auto& images = one.second.images;
    return std::any_of(images.begin(), images.end(),
                       [&](const FirmwareImage& image) { return image.sha256 == sha256; });
  });
}

Result<std::vector<Update>> MemoryStore_for_test::updates(const UpdateQuery& query) {
  std::vector<Update> out;
  for (auto at = now_.updates.rbegin(); at != now_.updates.rend() && out.size() < query.size; ++at) {
    const Update& one = at->second;
    if ((query.device && one.device != *query.device) || (query.rollout && one.rollout != query.rollout)) continue;
    if ((query.status && one.status != *query.status) || (query.wave && one.wave != *query.wave)) continue;
    if (!query.before || one.id < *query.before) out.push_back(one);
  }
  return out;
}
Result<bool> MemoryStore_for_test::is_wanted(const FirmwareId& firmware, std::string_view version) {
  return std::any_of(now_.updates.begin(), now_.updates.end(), [&](const auto& one) {
    return one.second.firmware == firmware && one.second.version == version && is_open(one.second.status);
  });
}
Result<std::vector<Rollout>> MemoryStore_for_test::rollouts(const WorkspaceId& workspace) {
  std::vector<Rollout> out;
  for (const auto& [id, one] : now_.rollouts) {
    if (one.workspace == workspace) out.push_back(one);
  }
  return out;
}
Result<std::vector<Rollout>> MemoryStore_for_test::rollouts_running() {
  std::vector<Rollout> out;
  for (const auto& [id, one] : now_.rollouts) {
    if (one.status == RolloutStatus::running) out.push_back(one);
  }
  return out;
}
Result<std::optional<Rollout>> MemoryStore_for_test::rollout(const RolloutId& id) {
  const auto found = now_.rollouts.find(id);
  return found == now_.rollouts.end() ? std::nullopt : std::optional{found->second};
}
Result<std::vector<RolloutCount>> MemoryStore_for_test::rollout_counts(const RolloutId& id) {
  std::map<std::pair<unsigned, UpdateStatus>, std::size_t> counts;
  for (const auto& [key, one] : now_.updates) {
    if (one.rollout == id) ++counts[{one.wave, one.status}];
  }
  std::vector<RolloutCount> out;
  for (const auto& [key, count] : counts) out.push_back({key.first, key.second, count});
  return out;
}

}  // namespace signet::fleet
