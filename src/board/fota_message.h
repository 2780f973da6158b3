// fota_message.h -- what the manager says of an update (docs/formats/flash.md): judged like anything from the network.
//   "@fota"      {"fw_id", "fw_version", "on_schedule"}
//   "#fota_info" {"fw_id", "fw_version", "fw_info": [OS, application]} or {"fw_id", "fw_version", "error"}
// What it says is no reason to run anything: the images are signed, and boot/ judges them.
#pragma once

#include "base/json.h"
#include "boot/ports.h"
#include "crypto/digest.h"

namespace signet::board {

inline constexpr std::uint32_t fota_chunk_bytes = 64 * 1024;
inline constexpr std::size_t fota_name_bytes_max = 64;  // of an id, of a version
using ChunkHash = Block<16>;                            // the first bytes of SHA-256

struct FotaOffer {
  std::string id;  // "fmw-..."
  std::string version;
  bool operator==(const FotaOffer&) const = default;
};
Result<FotaOffer> read_fota_offer(std::string_view value);

struct FotaImage {
  boot::Part part = boot::Part::os;
  std::uint32_t size = 0;
  crypto::Digest sha256{};
  std::vector<ChunkHash> chunks{};
};
struct FotaInfo {
  FotaOffer offer;
  std::vector<FotaImage> images{};  // one or two, the OS first
};
// forbidden, with the manager's words: the board is not to have it. too_large: larger than its place in the flash.
Result<FotaInfo> read_fota_info(std::string_view value);

std::string name_of(const FotaOffer& offer);  // "fmw-...:2.0.0"

}  // namespace signet::board
