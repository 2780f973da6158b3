// firmware.h -- firmware of a workspace: versions of two images each, which updates (fota.h) bring to devices.
//
//   Firmwares{fleet}.upload(actor, workspace, firmware, "1.2.0", image)
//
// An image says itself which part of its version it is. It is parsed, and refused in words when no board would take it;
// whose signature counts is for the board to judge: no manager has a release key, or needs one. Part of fleet.h, whose
// rules hold here; the images are files behind a port.
#pragma once

#include "fleet/firmware_model.h"
#include "fleet/fleet.h"

namespace signet::fleet {

inline constexpr std::size_t firmwares_max = 100;                // of one workspace
inline constexpr std::size_t firmware_versions_max = 100;        // of one firmware
inline constexpr std::size_t firmware_version_bytes_max = 32;    // of the text
inline constexpr std::uint64_t firmware_bytes_max = 4ull << 30;  // of all images of one workspace

// Where the images are, by SHA-256. keep() comes from any thread, but one at a time; all else from the fleet's.
struct ImageFiles {
  virtual ~ImageFiles() = default;
  virtual Status keep(const crypto::Digest& sha256, Bytes image) = 0;  // durable when it returns
  virtual Status remove(const crypto::Digest& sha256) = 0;             // well when there is none
  virtual std::string path(const crypto::Digest& sha256) const = 0;
  virtual bool has(const crypto::Digest& sha256) const = 0;
  // And what was never written to its end. How many.
  virtual Result<std::size_t> remove_unless(const std::function<Result<bool>(const crypto::Digest&)>& is_used) = 0;
};

// What an image says of itself, and its sizes and digests; malformed or too_large, in words, when no board takes it.
Result<FirmwareImage> judge_image(Bytes image);
Result<FirmwareImage> keep_image(ImageFiles& in, Bytes image);  // judged and durable; where keep() may be called
Status check_version_text(std::string_view version);            // it stands in paths

// What a device says that it runs: its own word, as with all that is in its twin.
struct RunningFirmware {
  std::optional<FirmwareId> id{};  // of its own workspace
  std::string name{};              // of that; or the device's words, as "Factory"
  std::string version{};
  bool is_on_trial = false;  // it has not confirmed it yet
  Timestamp since{};
};
inline constexpr const char* running_key = "__firmware";  // of the twin
inline constexpr std::size_t running_bytes_max = 128;

class Firmwares {
 public:
  explicit Firmwares(Fleet& fleet) : fleet_(fleet) {}
  void keep_in(ImageFiles* files);  // outlives the fleet's use of it; null: nothing can be uploaded
  // To be called once at the start: removes the images of no version, which a manager that died in an upload left.
  Status sweep();

  Result<std::vector<Firmware>> list(const Actor& actor, const WorkspaceId& workspace);
  Result<Firmware> get(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id);
  Result<Firmware> create(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                          std::string_view description);
  Result<Firmware> update(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id, const Renaming& to);
  // conflict: a device is being updated to a version of it.
  Status remove(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id);

  Result<std::vector<FirmwareVersion>> versions(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id);
  Result<FirmwareVersion> version(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                  std::string_view version);
  // One image of a version, which is made when there is none. The same once more changes nothing. conflict: that part
  // is there, and is another; or the other part is for another board.
  Result<FirmwareVersion> upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                 std::string_view version, Bytes image);
  // The same in steps, so that the fleet waits neither for digests nor for the disk:
  //   begin_upload, then keep_image on another thread, then finish_upload, which judges again.
  Result<ImageFiles*> begin_upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                   std::string_view version, std::uint64_t image_bytes);
  Result<FirmwareVersion> finish_upload(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                        std::string_view version, const FirmwareImage& image);
  Result<std::optional<RunningFirmware>> running(const Actor& actor, const DeviceId& device);  // running.cpp
  Status remove_version(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                        std::string_view version);

 private:
  Result<Firmware> find(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                        std::string_view action);
  Result<FirmwareVersion> find_version(const Firmware& firmware, std::string_view version);
  Status check_room(const Firmware& firmware, bool is_new, std::uint64_t image_bytes);
  Result<FirmwareVersion> record(const Actor& actor, const WorkspaceId& workspace, const FirmwareId& id,
                                 std::string_view version, FirmwareImage image);
  void forget_files(const std::vector<FirmwareVersion>& removed);
  void forget_file(const crypto::Digest& sha256);
  Fleet& fleet_;
};

}  // namespace signet::fleet
