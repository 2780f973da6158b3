// exporter.h -- writes periodic exports: a folder for each below DATA/exports, whole files in it, the oldest removed.
//
// A little at a time, on the fleet's thread: a page of readings, some milliseconds, and a pause for everybody else. A
// file is there when it is whole and durable, or not at all.
#pragma once

#include "base/port/file.h"
#include "fleet/export.h"
#include "net/loop.h"

namespace signet::courier {

inline constexpr Micros export_pause{10'000};  // between pages, for everybody else

// Files as the fleet asks for them: FOLDER/pex-…/NAME.
class ExportFolder final : public fleet::ExportFiles {
 public:
  explicit ExportFolder(std::string folder) : folder_(std::move(folder)) {}
  Result<std::vector<fleet::ExportFile>> list(const fleet::ExportId& id) override;
  Result<std::string> read(const fleet::ExportId& id, const std::string& name) override;
  Status remove_all(const fleet::ExportId& id) override;
  std::string path(const fleet::ExportId& id) const { return folder_ + "/" + id.str(); }
  // The oldest, past export_files_max.
  Status remove_old(const fleet::ExportId& id);

 private:
  std::string folder_;
};

class Exporter {
 public:
  // They must outlive it; it lives on the fleet's thread.
  Exporter(ExportFolder& folder, fleet::Fleet& fleet, net::Loop& loop);
  ~Exporter();
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;

  // One step: begins one that is due, or writes a page of the one that was begun. True: there is more to do.
  bool step();

 private:
  struct Work {
    fleet::ExportRun run;
    std::optional<AtomicFile> file{};
    std::size_t written = 0;  // into this part
    unsigned part = 0;
    std::optional<fleet::DataPosition> after{};
  };
  void step_later(Micros delay);
  Result<bool> begin();
  Result<bool> write_page();
  Status open_part();
  void end(const Status& done);

  ExportFolder& folder_;
  fleet::Fleet& fleet_;
  net::Loop& loop_;
  net::Loop::TimerId timer_ = 0;
  std::optional<Work> work_;
};

}  // namespace signet::courier
