// fota_record.h -- what a board remembers of its updates over the air, through power cuts: DIR/fota.json, replaced
// whole.
#pragma once

#include "board/fota_message.h"

namespace signet::board {

enum class FotaStep : std::uint8_t {
  none,
  download,  // PARK is being filled with `images`
  install,   // boot/ was asked to put them in
  answer,    // it ended, and the manager has not acknowledged that it heard so
  told       // it has
};

inline constexpr std::size_t fota_reason_bytes_max = 256;

// Hex of SHA-256, of the OS and of the application; empty: not of this update.
using PartDigests = std::array<std::string, boot::part_count>;

struct FotaRecord {
  FotaStep step = FotaStep::none;
  std::int64_t order = 0;  // version of the manager's "@fota"
  FotaOffer offer{};
  PartDigests images{};
  bool is_success = false;
  std::string reason{};
  // What was installed last and stayed: its name counts as long as WORK holds just that.
  FotaOffer running{};
  PartDigests running_images{};
  bool operator==(const FotaRecord&) const = default;
};

std::string write_fota_record(const FotaRecord& record);
Result<FotaRecord> read_fota_record(std::string_view text);

// An empty one when there is none. corrupt, naming the file: then the board goes on as if there were none.
Result<FotaRecord> load_fota_record(const std::string& folder);
Status store_fota_record(const std::string& folder, const FotaRecord& record);
Status remove_fota_record(const std::string& folder);

}  // namespace signet::board
