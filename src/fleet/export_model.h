// export_model.h -- a periodic export as it is kept; what may happen to it is export.h.
#pragma once

#include "base/ids.h"

#include <optional>
#include <string>
#include <vector>

namespace signet::fleet {

struct ExportIdKind {
  static constexpr const char* prefix = "pex-";  // as the documented interface calls them
};
using ExportId = Id<ExportIdKind>;

enum class ExportFormat : std::uint8_t { csv, jsonl };

struct ExportSchedule {
  unsigned hour = 0;                  // UTC
  std::optional<unsigned> weekday{};  // 0 is Sunday; absent: each day
  bool operator==(const ExportSchedule&) const = default;
};

struct Export {
  ExportId id{};
  WorkspaceId workspace{};
  std::string name{};
  ExportFormat format = ExportFormat::csv;
  ExportSchedule schedule{};
  std::vector<FleetId> fleets{};    // empty: all
  std::vector<std::string> tags{};  // empty: all
  bool is_on = true;
  Timestamp created_at{};
  Timestamp covered{};                 // device times before it are in files
  Timestamp due_at{};                  // the next one
  std::optional<Timestamp> made_at{};  // the last one
  std::string trouble{};               // of the last attempt
  bool operator==(const Export&) const = default;
};

}  // namespace signet::fleet
