#include "fleet/firmware.h"

#include "base/log.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

std::string name_of_image(const FirmwareVersion& version, const FirmwareImage& image) {
  return version.version + ", " + image.kind + " " + image.version + " for " + image.board + ", " +
         std::to_string(image.size) + " bytes, " + hex(image.sha256);
}

// The other part of a version is for the same board, and the same part is there
// once.
Status check_beside(const FirmwareVersion& version, const FirmwareImage& image) {
  for (const FirmwareImage& other : version.images) {
    if (other.part == image.part) {
      return Error{Errc::conflict, "version " + version.version + " has its " + other.kind +
                                       " image already, and another one: give this one a new version"};
    }
    if (other.board != image.board) {
      return Error{Errc::conflict, "this image is for " + readable(image.board, name_bytes_max) +
                                       ", the other part of " + version.version + " for " +
                                       readable(other.board, name_bytes_max)};
    }
  }
  return {};
}

bool has_the_same(const FirmwareVersion& version, const FirmwareImage& image) {
  return std::any_of(version.images.begin(), version.images.end(),
                     [&](const FirmwareImage& one) { return one.sha256 == image.sha256; });
}

}  // namespace

void Firmwares::keep_in(ImageFiles* files) { Inner::of(fleet_).images = files; }

Result<Firmware> Firmwares::find(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                 std::string_view action) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, action));
  std::optional<Firmware> found = TRY(s.store.firmware(id));
  if (found && found->workspace == workspace) return *std::move(found);
  return s.denied(actor, action, id.str(),
                  {Errc::not_found, "workspace " + workspace.str() + " has no firmware " + id.str()});
}

Result<FirmwareVersion> Firmwares::find_version(const Firmware& firmware, std::string_view version) {
  TRY(check_version_text(version));
  std::optional<FirmwareVersion> found = TRY(Inner::of(fleet_).store.version(firmware.id, version));
  if (found) return *std::move(found);
  return Error{Errc::not_found, firmware.id.str() + " has no version " + std::string{version}};
}

Result<std::vector<Firmware>> Firmwares::list(const Actor& actor, const WorkspaceId& workspace) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, "firmware.read"));
  return s.store.firmwares(workspace);
}

Result<Firmware> Firmwares::get(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id) {
  return find(actor, workspace, id, "firmware.read");
}

Result<Firmware> Firmwares::create(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                                   std::string_view description) {
  auto& s = Inner::of(fleet_);
  TRY(s.require_workspace(actor, workspace, "firmware.create"));
  TRY(check_name("\"name\"", name));
  TRY(check_text("\"description\"", description, description_bytes_max));
  if (TRY(s.store.firmwares(workspace)).size() >= firmwares_max) {
    return Error{Errc::exhausted, "a workspace has at most " + std::to_string(firmwares_max) +
                                      " firmwares: remove one ('signet firmware rm')"};
  }
  const Firmware made{s.ids.next<FirmwareIdKind>(), workspace, std::string{name}, std::string{description},
                      s.clock.now()};
  TRY(s.act(s.entry(actor, "firmware.create", made.id.str(), made.name),
            [&](Changes& to) { return to.put_firmware(made); }));
  return made;
}

Result<Firmware> Firmwares::update(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                   const Renaming& to) {
  auto& s = Inner::of(fleet_);
  Firmware changed = TRY(find(actor, workspace, id, "firmware.update"));
  TRY(Inner::State::rename(to, changed.name, changed.description));
  TRY(s.act(s.entry(actor, "firmware.update", id.str(), changed.name),
            [&](Changes& changes) { return changes.put_firmware(changed); }));
  return changed;
}

Status Firmwares::remove(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id) {
  auto& s = Inner::of(fleet_);
  const Firmware found = TRY(find(actor, workspace, id, "firmware.remove"));
  const std::vector<FirmwareVersion> versions = TRY(s.store.versions(id));
  for (const FirmwareVersion& one : versions) {
    if (TRY(s.store.is_wanted(id, one.version))) {
      return Error{Errc::conflict, "devices are being updated to " + one.version + ": cancel that first"};
    }
  }
  TRY(s.act(s.entry(actor, "firmware.remove", id.str(), found.name),
            [&](Changes& to) { return to.remove_firmware(id); }));
  forget_files(versions);
  return {};
}

Result<std::vector<FirmwareVersion>> Firmwares::versions(const Actor& actor, const WorkspaceId& workspace,
                                                         const FirmwareId& id) {
  TRY(find(actor, workspace, id, "firmware.read"));
  return Inner::of(fleet_).store.versions(id);
}

Result<FirmwareVersion> Firmwares::version(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                           std::string_view version) {
  const Firmware found = TRY(find(actor, workspace, id, "firmware.read"));
  return find_version(found, version);
}

Status Firmwares::check_room(const Firmware& firmware, bool is_new, std::uint64_t image_bytes) {
  auto& s = Inner::of(fleet_);
  if (is_new && TRY(s.store.versions(firmware.id)).size() >= firmware_versions_max) {
    return Error{Errc::exhausted, "a firmware has at most " + std::to_string(firmware_versions_max) +
                                      " versions: remove one ('signet firmware rm')"};
  }
  if (TRY(s.store.image_bytes(firmware.workspace)) + image_bytes > firmware_bytes_max) {
    return Error{Errc::exhausted, "the images of a workspace have at most " + std::to_string(firmware_bytes_max >> 30) +
                                      " GiB: remove old versions ('signet firmware rm')"};
  }
  return {};
}

Result<FirmwareVersion> Firmwares::upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                          std::string_view version, Bytes bytes) {
  ImageFiles* const files = TRY(begin_upload(actor, workspace, id, version, bytes.size()));
  return finish_upload(actor, workspace, id, version, TRY(keep_image(*files, bytes)));
}

// Of what there is already it is known later whether this is the same, which
// needs no room.
Result<ImageFiles*> Firmwares::begin_upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                            std::string_view version, std::uint64_t image_bytes) {
  auto& s = Inner::of(fleet_);
  const Firmware firmware = TRY(find(actor, workspace, id, "firmware.upload"));
  TRY(check_version_text(version));
  if (!s.images) return Error{Errc::unavailable, "this manager keeps no images"};
  if (!TRY(s.store.version(id, version))) TRY(check_room(firmware, true, image_bytes));
  return s.images;
}

// The file was first: whoever finds the version finds the image. What is not
// recorded is removed, here or by sweep().
Result<FirmwareVersion> Firmwares::finish_upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                                 std::string_view version, const FirmwareImage& image) {
  Result<FirmwareVersion> made = record(actor, workspace, id, version, image);
  if (!made) forget_file(image.sha256);
  return made;
}

Result<FirmwareVersion> Firmwares::record(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                          std::string_view version, FirmwareImage image) {
  auto& s = Inner::of(fleet_);
  const Firmware firmware = TRY(find(actor, workspace, id, "firmware.upload"));
  if (!s.images || !s.images->has(image.sha256)) {
    return Error{Errc::unavailable,
                 "the last version with this image was "
                 "removed at this moment: upload it again"};
  }
  const std::optional<FirmwareVersion> known = TRY(s.store.version(id, version));
  FirmwareVersion made = known.value_or(FirmwareVersion{id, std::string{version}, s.clock.now()});
  if (has_the_same(made, image)) return made;  // its file may have been lost or damaged, and is not any more
  TRY(check_beside(made, image));
  if (TRY(s.store.is_wanted(id, version))) {
    return Error{Errc::conflict, "devices are being updated to this version: give the image a new one"};
  }
  TRY(check_room(firmware, !known, image.size));
  image.uploaded_at = s.clock.now();
  const AuditEntry entry = s.entry(actor, "firmware.upload", id.str(), name_of_image(made, image));
  made.images.insert(image.part == 0 ? made.images.begin() : made.images.end(), std::move(image));
  TRY(s.act(entry, [&](Changes& to) { return to.put_version(made); }));
  return made;
}

Status Firmwares::remove_version(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                 std::string_view version) {
  auto& s = Inner::of(fleet_);
  const Firmware firmware = TRY(find(actor, workspace, id, "firmware.remove"));
  const FirmwareVersion found = TRY(find_version(firmware, version));
  if (TRY(s.store.is_wanted(id, version))) {
    return Error{Errc::conflict, "devices are being updated to this version: cancel that first"};
  }
  TRY(s.act(s.entry(actor, "firmware.remove", id.str(), found.version),
            [&](Changes& to) { return to.remove_version(id, version); }));
  forget_files({found});
  return {};
}

void Firmwares::forget_files(const std::vector<FirmwareVersion>& removed) {
  for (const FirmwareVersion& version : removed) {
    for (const FirmwareImage& image : version.images) forget_file(image.sha256);
  }
}

// Other versions, also of other workspaces, may consist of the same image. What
// cannot be removed takes room alone.
void Firmwares::forget_file(const crypto::Digest& sha256) {
  auto& s = Inner::of(fleet_);
  const Result<bool> is_used = s.store.has_image(sha256);
  if (!s.images || !is_used || is_used.value()) return;
  const Status done = s.images->remove(sha256);
  if (!done) log_warn("fleet.image_left", {{"sha256", hex(sha256)}, {"error", done.error().what}});
}

Status Firmwares::sweep() {
  auto& s = Inner::of(fleet_);
  if (!s.images) return {};
  const std::size_t removed =
      TRY(s.images->remove_unless([&](const crypto::Digest& sha256) { return s.store.has_image(sha256); }));
  if (removed > 0) log_info("fleet.images_swept", {{"removed", removed}});
  return {};
}

}  // namespace signet::fleet
