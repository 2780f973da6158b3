#include "gateway/ingest.h"

#include "base/log.h"

#include <charconv>

namespace signet::gateway {
namespace {

std::optional<std::size_t> number_of(const std::string& name) {
  std::size_t number = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (failed != std::errc{} || end != name.data() + name.size() || std::to_string(number) != name) return std::nullopt;
  return number;
}

void tell_recovered(const std::string& name, const store::Recovered& found) {
  if (found.torn > 0) {
    log_info("ingest.recovered", {{"log", name}, {"cut", found.torn}, {"why", "a write that was never acknowledged"}});
  }
  if (found.was_behind) {
    log_warn("ingest.behind", {{"log", name}, {"why", "it ends before what the store has of it: was it replaced?"}});
  }
  if (!found.damage.empty()) log_error("ingest.damaged", {{"log", name}, {"why", found.damage}});
}

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::open(const std::string& folder, std::size_t loops, fleet::Fleet& fleet,
                                             Clock& clock, bool skip_damaged) {
  TRY(make_folder(folder, 0700));
  std::unique_ptr<Ingest> out{new Ingest{fleet, clock, skip_damaged}};
  for (std::size_t loop = 0; loop < loops; ++loop) TRY(out->add(folder, std::to_string(loop), false, fleet));
  for (const std::string& name : TRY(FileDisk{folder}.names())) {
    const auto number = number_of(name);
    if (number && *number >= loops) TRY(out->add(folder, name, true, fleet));
  }
  return out;
}

Status Ingest::add(const std::string& folder, const std::string& name, bool is_abandoned, fleet::Fleet& fleet) {
  const std::string path = folder + "/" + name;
  const auto open = [&]() -> Status {
    auto log = std::make_unique<Log>();
    log->folder = TRY(store::LogFolder::open(path));
    const store::LogPosition drained = TRY(fleet.drained(name));
    log->writer = TRY(store::LogWriter::open(log->folder->for_writer(), drained, random_));
    tell_recovered(name, log->writer->recovered());
    if (is_abandoned && log->writer->end() == drained) {  // nobody writes here any more
      FolderDisk& disk = log->folder->for_writer();
      for (const auto base : TRY(store::list_segments(disk))) TRY(disk.remove(store::segment_name(base)));
    }
    TRY(drainer_.add(name, log->folder->for_reader(), *log->writer));
    logs_.push_back(std::move(log));
    return {};
  };
  Status opened = open();
  if (!opened) return std::move(opened).error().within("ingest log " + path);
  return {};
}

}  // namespace signet::gateway
