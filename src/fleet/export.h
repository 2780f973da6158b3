// export.h -- periodic exports: which readings go into files when, and where the present one is.
//
//   schedule := hour " " (weekday | "*")        "6 *": each day at 06:00 UTC; "6 1": on Mondays (0 is Sunday)
//   file     := start "-" end "-" part "." format      20261121T060000Z-20261122T060000Z-001.csv
//
// Each has the readings whose device time is in [the end of the one before, its hour): what comes later with an older
// device time is in none. Times that passed while the manager was away make one file. A file that was begun when the
// manager died is made anew under the same name. Knows no file: who writes (courier/exporter.h) asks for pages.
#pragma once

#include "fleet/fleet.h"

#include <set>

namespace signet::fleet {

inline constexpr std::size_t exports_max = 16;                   // of one workspace
inline constexpr std::size_t export_filters_max = 100;           // fleets, and tags
inline constexpr std::size_t export_files_max = 100;             // of one export: the oldest are removed
inline constexpr std::size_t export_file_bytes_max = 16u << 20;  // and one line: then the next part begins
inline constexpr std::size_t export_name_bytes_max = 64;         // of a file
inline constexpr Seconds export_retry_delay{900};
inline constexpr std::size_t export_page_rows = 1000;  // that are written at once

std::string_view name_of(ExportFormat format);  // "csv", "jsonl"
Result<ExportFormat> export_format(std::string_view name);
std::string schedule_text(const ExportSchedule& schedule);
Result<ExportSchedule> parse_schedule(std::string_view text);
Timestamp next_time(const ExportSchedule& schedule, Timestamp after);

// What a person may choose. Absent: as it is, or the default of a new one.
struct ExportOrder {
  std::optional<std::string> name{};
  std::optional<std::string> format{};  // of a new one alone
  std::optional<std::string> schedule{};
  std::optional<std::vector<FleetId>> fleets{};
  std::optional<std::vector<std::string>> tags{};
  std::optional<bool> is_on{};
};

struct ExportFile {
  std::string name;
  std::uint64_t bytes = 0;
};
// Where the files are. All calls come from the fleet's thread.
struct ExportFiles {
  virtual ~ExportFiles() = default;
  virtual Result<std::vector<ExportFile>> list(const ExportId& id) = 0;  // by name, so by time; none: no file
  virtual Result<std::string> read(const ExportId& id, const std::string& name) = 0;
  virtual Status remove_all(const ExportId& id) = 0;
};

// One that is to be made.
struct ExportRun {
  Export what;
  Timestamp start{};
  Timestamp end{};
};
std::string file_name(const ExportRun& run, unsigned part);  // from 1

class Exports {
 public:
  explicit Exports(Fleet& fleet) : fleet_(fleet) {}
  void keep_in(ExportFiles* files) { files_ = files; }  // outlives the fleet's use of it; null: there are none

  // --- people
  Result<std::vector<Export>> list(const Actor& actor, const WorkspaceId& workspace);
  Result<Export> get(const Actor& actor, const WorkspaceId& workspace, const ExportId& id);
  Result<Export> create(const Actor& actor, const WorkspaceId& workspace, const ExportOrder& order);
  Result<Export> update(const Actor& actor, const WorkspaceId& workspace, const ExportId& id, const ExportOrder& order);
  Status remove(const Actor& actor, const WorkspaceId& workspace, const ExportId& id);  // with its files
  // Makes one of what came since the last, as soon as the one that is being made is done; also when it is off.
  Status run(const Actor& actor, const WorkspaceId& workspace, const ExportId& id);
  Result<std::vector<ExportFile>> files(const Actor& actor, const WorkspaceId& workspace, const ExportId& id);
  Result<std::string> read(const Actor& actor, const WorkspaceId& workspace, const ExportId& id,
                           const std::string& file);

  // --- who writes
  Result<std::optional<ExportRun>> due();
  Result<DataPage> page(const ExportRun& run, const std::optional<DataPosition>& after);
  // It is there, or why not: then it is tried again after export_retry_delay.
  Status finished(const ExportRun& run, const Status& done);

 private:
  Status load();
  Result<Export> find(const Actor& actor, const WorkspaceId& workspace, const ExportId& id, std::string_view action);
  Status fill(const Actor& actor, Export& to, const ExportOrder& order, std::string_view action);
  Status keep(const Export& changed, const AuditEntry& entry);
  Fleet& fleet_;
  ExportFiles* files_ = nullptr;
  bool loaded_ = false;
  std::map<ExportId, Export> all_;
  std::set<ExportId> asked_for_;  // to be made now
};

}  // namespace signet::fleet
