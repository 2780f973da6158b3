// fota.h -- updates of devices: scheduled by people, told to devices, and what devices answer.
//
//   waiting ──wave──▶ pending ──"@fota" success──▶ done
//      └────────────────┴──"@fota" fail──▶ failed; cancelled by a person, or by the next update
//
// A pending one stands in the device's expected twin as "@fota" {"fw_id","fw_version","on_schedule"}: a device that is
// connected is told at once, another finds it when it asks for its #status. It then asks for "#fota_info", downloads
// from the devices' port what image() allows, says "_fota_status" on its way, and answers "@fota" at the end. Part of
// fleet.h, whose rules hold here.
#pragma once

#include "fleet/firmware.h"

namespace signet::fleet {

inline constexpr std::size_t updates_kept_max = 50;  // of one device, that ended: the oldest are forgotten
inline constexpr std::size_t fota_progress_bytes_max = 64;

std::string_view name_of(UpdateStatus status);

// An image as the gate sends it.
struct ImageAt {
  std::string path;
  std::uint64_t size = 0;
  crypto::Digest sha256{};
};

class Fota {
 public:
  explicit Fota(Fleet& fleet) : fleet_(fleet) {}
  // "https://HOST:PORT": where devices are told to download. They go to no other host than their manager's.
  void serve_at(std::string url);

  // --- people
  Result<Update> schedule(const Actor& actor, const DeviceId& device, const FirmwareId& firmware,
                          std::string_view version);
  // Every device of these fleets, all or none; of all fleets when none is named.
  Result<std::vector<Update>> schedule_all(const Actor& actor, const WorkspaceId& workspace,
                                           const std::vector<FleetId>& fleets, const FirmwareId& firmware,
                                           std::string_view version);
  Result<std::vector<Update>> updates(const Actor& actor, const DeviceId& device, std::size_t size);  // the last first
  Result<Update> last(const Actor& actor, const DeviceId& device);
  // The one that is open. A device that has begun is not stopped by it, but is given nothing more.
  Result<Update> cancel(const Actor& actor, const DeviceId& device);

  // --- the gate, on the fleet's thread. A device may have what it is told to run, until that has ended.
  //   forbidden   it is not being updated to that, whether there is such a version or not
  //   not_found   that version has no such part, or its file is lost
  Result<ImageAt> image(const Admission& who, std::string_view firmware, std::string_view version, unsigned index);

 private:
  Fleet& fleet_;
};

}  // namespace signet::fleet
