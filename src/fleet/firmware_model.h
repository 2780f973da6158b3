// firmware_model.h -- firmware, its versions and their images as they are kept; which device is updated to which, and
// in which rollout. What may happen to them is firmware.h, fota.h and rollout.h.
#pragma once

#include "base/ids.h"
#include "crypto/digest.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::fleet {

struct FirmwareIdKind {
  static constexpr const char* prefix = "fmw-";
};
using FirmwareId = Id<FirmwareIdKind>;
struct UpdateIdKind {
  static constexpr const char* prefix = "upd-";
};
using UpdateId = Id<UpdateIdKind>;
struct RolloutIdKind {
  static constexpr const char* prefix = "rol-";
};
using RolloutId = Id<RolloutIdKind>;

// A name that versions hang on.
struct Firmware {
  FirmwareId id{};
  WorkspaceId workspace{};
  std::string name{};
  std::string description{};
  Timestamp created_at{};
  bool operator==(const Firmware&) const = default;
};

inline constexpr std::size_t fota_chunk_bytes = 65'536;
inline constexpr std::size_t fota_chunk_hash_bytes = 16;  // the first of a chunk's SHA-256
inline constexpr std::size_t image_parts = 2;             // 0 is the OS, 1 the application: image::Part

// One image of a version. What it says of itself is its own word: the board alone knows whose signature counts.
struct FirmwareImage {
  unsigned part = 0;
  std::uint64_t size = 0;
  crypto::Digest sha256{};  // of the whole file, which is kept by that name
  Block<16> md5{};          // the same, for who checks no better
  Buffer chunks{};          // fota_chunk_hash_bytes for each fota_chunk_bytes of it
  std::string kind{};       // "os", "python", "native"
  std::string version{};    // its own, as 1.2.0
  std::string board{};
  std::string os_version{};  // of an application: the OS that it was made for
  std::int64_t security_counter = 0;
  crypto::Digest key_hash{};  // whom it names as its signer
  Timestamp uploaded_at{};
  bool operator==(const FirmwareImage&) const = default;
};

struct FirmwareVersion {
  FirmwareId firmware{};
  std::string version{};
  Timestamp created_at{};
  std::vector<FirmwareImage> images{};  // by part, one each at most
  bool operator==(const FirmwareVersion&) const = default;
};

// waiting: of a rollout whose wave has not come. pending: it is expected of the device.
enum class UpdateStatus : std::uint8_t { waiting, pending, done, failed, cancelled };
inline constexpr UpdateStatus last_update_status = UpdateStatus::cancelled;
constexpr bool is_open(UpdateStatus status) { return status <= UpdateStatus::pending; }

// That a device shall run a version. At most one of a device is open.
struct Update {
  UpdateId id{};
  DeviceId device{};
  FirmwareId firmware{};
  std::string version{};
  UpdateStatus status = UpdateStatus::pending;
  Timestamp scheduled_at{};
  std::optional<Timestamp> told_at{};           // it stands in the device's expected twin since
  std::string progress{};                       // the device's last word on its way: "downloading"
  std::array<unsigned, image_parts> percent{};  // of each image, that it has downloaded
  std::optional<Timestamp> progress_at{};
  std::optional<Timestamp> finished_at{};
  std::string detail{};  // why it ended
  std::optional<RolloutId> rollout{};
  unsigned wave = 0;  // of that, from 0
  bool operator==(const Update&) const = default;
};

struct UpdateQuery {  // the last scheduled first
  std::optional<DeviceId> device{};
  std::optional<RolloutId> rollout{};
  std::optional<UpdateStatus> status{};
  std::optional<unsigned> wave{};    // exactly
  std::optional<UpdateId> before{};  // those that were scheduled before that one
  std::size_t size = 100;            // at most updates_page_max
};
inline constexpr std::size_t updates_page_max = 2'001;

enum class RolloutStatus : std::uint8_t { running, paused, halted, aborted, done };
inline constexpr RolloutStatus last_rollout_status = RolloutStatus::done;

struct RolloutPlan {
  unsigned canaries = 0;                   // devices of a wave of their own, before all others
  std::vector<unsigned> waves{100};        // percent of all devices by the end of each; the last is 100
  Seconds soak{0};                         // from the end of a wave to the next
  unsigned failures_percent = 0;           // of those of a wave that have ended: more halt it
  Seconds return_within{900};              // a device that is longer away after its reset has failed
  std::optional<unsigned> window_from{};   // minutes of the day, UTC: devices are told from then
  std::optional<unsigned> window_until{};  // until then; may be after midnight
  bool operator==(const RolloutPlan&) const = default;
};

struct Rollout {
  RolloutId id{};
  WorkspaceId workspace{};
  FirmwareId firmware{};
  std::string version{};
  RolloutPlan plan{};
  RolloutStatus status = RolloutStatus::running;
  unsigned wave = 0;  // that is being told
  unsigned waves = 1;
  std::string detail{};  // why it stands
  Timestamp created_at{};
  std::optional<Timestamp> wave_ended_at{};  // the present one
  std::optional<Timestamp> finished_at{};
  bool operator==(const Rollout&) const = default;
};

struct RolloutCount {
  unsigned wave = 0;
  UpdateStatus status = UpdateStatus::waiting;
  std::size_t count = 0;
  bool operator==(const RolloutCount&) const = default;
};

// An image that some version consists of, and one that does.
struct KeptImage {
  crypto::Digest sha256{};
  std::uint64_t size = 0;
  FirmwareId firmware{};
  std::string version{};
  bool operator==(const KeptImage&) const = default;
};

}  // namespace signet::fleet
