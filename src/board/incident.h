// incident.h -- what the manager should hear of this board when it next connects. One, the newest; a file of the board.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace signet::board {

Status keep_incident(const std::string& folder, std::string text);  // cut at agent::incident_bytes_max
Result<std::optional<std::string>> load_incident(const std::string& folder);
Status forget_incident(const std::string& folder);

}  // namespace signet::board
