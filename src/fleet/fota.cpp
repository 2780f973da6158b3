#include "fleet/fota.h"

#include "fleet/state.h"

#include <array>

namespace signet::fleet {
namespace {

constexpr std::array<std::string_view, 5> update_status_names{"waiting", "pending", "done", "failed", "cancelled"};
constexpr const char* fota_key = "@fota";

// Who listens outside is told with the same commit.
std::string fota_event_of(const Update& update) {
  json::array percent;
  for (const unsigned one : update.percent) percent.emplace_back(one);
  return json::serialize(json::object{{"id", update.id.str()},
                                      {"fw_id", update.firmware.str()},
                                      {"fw_version", update.version},
                                      {"status", name_of(update.status)},
                                      {"progress", update.progress},
                                      {"percent", std::move(percent)},
                                      {"detail", update.detail}});
}

}  // namespace

std::string_view name_of(UpdateStatus status) { return update_status_names.at(static_cast<std::size_t>(status)); }

Status Fleet::State::put(Changes& to, const Update& update) {
  TRY(to.put_update(update));
  const bool to_device = update.status == UpdateStatus::pending && update.progress.empty();
  return tell_out(to, {update.device, "fota", to_device, clock.now(), fota_event_of(update)});
}

Result<std::optional<Update>> Fleet::State::open_update(const DeviceId& device) {
  for (const UpdateStatus status : {UpdateStatus::pending, UpdateStatus::waiting}) {
    std::vector<Update> found = TRY(store.updates({.device = device, .status = status, .size = 1}));
    if (!found.empty()) return std::optional{std::move(found.front())};
  }
  return std::optional<Update>{};
}

Status Fleet::State::end_update(Changes& to, Update& update, UpdateStatus status, std::string detail) {
  update.status = status, update.finished_at = clock.now();
  update.detail = readable(std::move(detail), detail_bytes_max);
  TRY(put(to, update));
  TRY(to.erase_twin(update.device, TwinSide::expected, fota_key));
  return to.remove_old_updates(update.device, updates_kept_max);
}

Status Fleet::State::replace_update(Changes& to, const Update& by) {
  std::optional<Update> former = TRY(open_update(by.device));
  if (!former) return {};
  return end_update(to, *former, UpdateStatus::cancelled, "replaced by " + by.id.str());
}

// The expected twin is what a device finds when it connects; the message is for one that is there.
Status Fleet::State::tell(Changes& to, Update& update, Messages& messages) {
  TwinEntry entry{fota_key, next_version(TRY(store.twin(update.device)), fota_key, clock.now()), ""};
  entry.value = json::serialize(
      json::object{{"fw_id", update.firmware.str()}, {"fw_version", update.version}, {"on_schedule", ""}});
  TRY(to.put_twin(update.device, TwinSide::expected, entry));
  update.status = UpdateStatus::pending, update.told_at = clock.now();
  TRY(put(to, update));
  messages.push_back({update.device,
                      {R"({"version":)" + std::to_string(entry.millis) + R"(,"key":")" + entry.key + R"(","value":)" +
                       entry.value + "}"}});
  return {};
}

Result<FirmwareVersion> Fleet::State::require_version(const Actor& actor, const WorkspaceId& workspace,
                                                      const FirmwareId& firmware, std::string_view version) {
  TRY(check_version_text(version));
  const std::optional<Firmware> found = TRY(store.firmware(firmware));
  const Error none{Errc::not_found, "workspace " + workspace.str() + " has no firmware " + firmware.str()};
  if (!found || found->workspace != workspace) return denied(actor, "fota.schedule", firmware.str(), none);
  std::optional<FirmwareVersion> out = TRY(store.version(firmware, version));
  if (out && !out->images.empty()) return *std::move(out);
  return Error{Errc::not_found, firmware.str() + " has no version " + std::string{version} +
                                    ": upload its images first ('signet firmware upload')"};
}

Update Fleet::State::update_to(const FirmwareVersion& version, const DeviceId& device) {
  Update out{.id = ids.next<UpdateIdKind>(), .device = device, .firmware = version.firmware};
  out.version = version.version, out.scheduled_at = clock.now();
  return out;
}

void Fota::serve_at(std::string url) { Inner::of(fleet_).device_url = std::move(url); }

Result<Update> Fota::schedule(const Actor& actor, const DeviceId& device, const FirmwareId& firmware,
                              std::string_view version) {
  auto& s = Inner::of(fleet_);
  const Device found = TRY(s.require_device(actor, device, "fota.schedule"));
  const FirmwareVersion wanted = TRY(s.require_version(actor, found.workspace, firmware, version));
  Update update = s.update_to(wanted, device);
  Inner::State::Messages messages;
  TRY(s.act(s.entry(actor, "fota.schedule", device.str(), firmware.str() + ":" + wanted.version),
            [&](Changes& to) -> Status {
              TRY(s.replace_update(to, update));
              return s.tell(to, update, messages);
            }));
  if (s.observer) s.observer->on_messages(messages);
  return update;
}

Result<std::vector<Update>> Fota::schedule_all(const Actor& actor, const WorkspaceId& workspace,
                                               const std::vector<FleetId>& fleets, const FirmwareId& firmware,
                                               std::string_view version) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, "fota.schedule"));
  for (const FleetId& fleet : fleets) TRY(s.require_fleet(actor, workspace, fleet, "fota.schedule"));
  const FirmwareVersion wanted = TRY(s.require_version(actor, workspace, firmware, version));
  std::vector<Update> out;
  for (const Device& device : TRY(s.devices_in(workspace, fleets))) out.push_back(s.update_to(wanted, device.id));
  if (out.size() > job_devices_max) {
    return Error{Errc::too_large, "more than " + std::to_string(job_devices_max) + " devices: name smaller fleets"};
  }
  if (out.empty()) return Error{Errc::not_found, "there is no device to update"};
  Inner::State::Messages messages;
  const std::string detail = firmware.str() + ":" + wanted.version + ", " + std::to_string(out.size()) + " devices";
  TRY(s.act(s.entry(actor, "fota.schedule", workspace.str(), detail), [&](Changes& to) -> Status {
    for (Update& update : out) {
      TRY(s.replace_update(to, update));
      TRY(s.tell(to, update, messages));
    }
    return {};
  }));
  if (s.observer) s.observer->on_messages(messages);
  return out;
}

Result<std::vector<Update>> Fota::updates(const Actor& actor, const DeviceId& device, std::size_t size) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_device(actor, device, "fota.read"));
  if (size > updates_page_max) {
    return Error{Errc::too_large, "size is more than " + std::to_string(updates_page_max)};
  }
  return s.store.updates({.device = device, .size = size});
}

Result<Update> Fota::last(const Actor& actor, const DeviceId& device) {
  std::vector<Update> found = TRY(updates(actor, device, 1));
  if (found.empty()) return Error{Errc::not_found, device.str() + " was never asked to update"};
  return std::move(found.front());
}

Result<Update> Fota::cancel(const Actor& actor, const DeviceId& device) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_device(actor, device, "fota.cancel"));
  std::optional<Update> found = TRY(s.open_update(device));
  if (!found) return Error{Errc::conflict, "no update of " + device.str() + " is pending: nothing is left to cancel"};
  TRY(s.act(s.entry(actor, "fota.cancel", device.str(), found->firmware.str() + ":" + found->version),
            [&](Changes& to) { return s.end_update(to, *found, UpdateStatus::cancelled, "by " + actor.email); }));
  return *std::move(found);
}

Result<ImageAt> Fota::image(const Admission& who, std::string_view firmware, std::string_view version, unsigned index) {
  auto& s = Inner::of(fleet_);
  const std::optional<Update> update = TRY(s.open_update(who.device));
  const bool is_its_own = update && update->status == UpdateStatus::pending && update->firmware.str() == firmware &&
                          update->version == version;
  if (!is_its_own) {
    const Error why{Errc::forbidden, "it is not being updated to that"};
    s.note_refusal({0, s.clock.now(), "device " + who.device.str(), "fota.download", "an image", "", false, why.what});
    return why;
  }
  const std::optional<FirmwareVersion> found = TRY(s.store.version(update->firmware, version));
  for (const FirmwareImage& image : found ? found->images : std::vector<FirmwareImage>{}) {
    if (image.part != index || !s.images || !s.images->has(image.sha256)) continue;
    return ImageAt{s.images->path(image.sha256), image.size, image.sha256};
  }
  return Error{Errc::not_found, "that version has no such image"};
}

}  // namespace signet::fleet
