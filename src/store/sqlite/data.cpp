#include "store/sqlite/data.h"

#include "store/sqlite/store.h"

#include <algorithm>
#include <list>
#include <unordered_set>

namespace signet::store {
namespace {

// So many devices are read each in its own order, and merged. Of more, all readings of the workspace are read in the
// order of the table, past those of the others.
constexpr std::size_t merged_devices_max = 64;

// Where a reading stands, as the table has it.
struct Place {
  std::int64_t time;
  std::int64_t device;
  std::string_view tag;
  auto operator<=>(const Place&) const = default;
};
constexpr std::int64_t before_all_devices = -1;

// What a scan reads: behind `begin`, up to `end`: which is in when the newest come first, otherwise out.
struct Stretch {
  std::int64_t workspace;
  Place begin;
  std::int64_t end;
  bool newest_first;
};

Result<std::int64_t> read_number(const Row& row) { return row.integer(0); }

struct Names {
  bool removed = false;  // then it has none
  DeviceId device{};
  FleetId fleet{};
};
Result<Names> read_names(const Row& row) {
  Names out{.removed = row.integer(2) != 0};
  if (out.removed) return out;
  out.device = TRY(row.id<DeviceId>(0));
  out.fleet = TRY(row.id<FleetId>(1));
  return out;
}

// The devices that a query names, by their numbers, rising; none: all of the workspace.
Result<std::optional<std::vector<std::int64_t>>> numbers_in(Database& database, const fleet::DataQuery& query) {
  std::optional<std::vector<std::int64_t>> out;
  const auto keep = [&out](std::vector<std::int64_t> found) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (!out) {
      out = std::move(found);
      return;
    }
    std::vector<std::int64_t> both;
    std::set_intersection(out->begin(), out->end(), found.begin(), found.end(), std::back_inserter(both));
    out = std::move(both);
  };
  std::vector<std::int64_t> numbers;
  for (const DeviceId& device : query.devices) {
    const auto found = TRY(database.one(read_number, "SELECT number FROM devices WHERE id = ?", device));
    if (found) numbers.push_back(*found);
  }
  if (!query.devices.empty()) keep(std::move(numbers));
  numbers.clear();
  for (const FleetId& fleet : query.fleets) {
    const auto found = TRY(database.list(
        read_number,
        "SELECT d.number FROM devices d JOIN fleets f ON f.number = d.fleet WHERE f.id = ? AND d.removed = 0", fleet));
    numbers.insert(numbers.end(), found.begin(), found.end());
  }
  if (!query.fleets.empty()) keep(std::move(numbers));
  return out;
}

// A device of a position that is not there any more: nothing is left out, its neighbours of that very microsecond may
// come twice.
Result<Stretch> stretch_of(Database& database, const fleet::DataQuery& query, std::int64_t workspace) {
  const std::int64_t start = query.start ? epoch_micros(*query.start) : std::numeric_limits<std::int64_t>::min();
  const std::int64_t end = query.end ? epoch_micros(*query.end) : std::numeric_limits<std::int64_t>::max();
  Stretch out{workspace, {start, before_all_devices, ""}, end, query.newest_first};
  if (query.newest_first) out.begin.time = end, out.end = start;
  if (!query.after) return out;
  const auto device = TRY(database.one(read_number, "SELECT number FROM devices WHERE id = ?", query.after->device));
  const std::int64_t unknown = query.newest_first ? std::numeric_limits<std::int64_t>::max() : before_all_devices;
  const Place after{epoch_micros(query.after->device_time), device.value_or(unknown), query.after->tag};
  out.begin = query.newest_first ? std::min(out.begin, after) : std::max(out.begin, after);
  return out;
}

constexpr std::size_t rows_between_looks_at_the_clock = 1024;

class Patience {
 public:
  explicit Patience(const ReadingLimits& limits) : begun_(std::chrono::steady_clock::now()), limit_(limits.time_max) {}
  Status look() const {
    if (!limit_ || std::chrono::steady_clock::now() - begun_ <= *limit_) return {};
    return Error{Errc::too_large, "that takes longer than " +
                                      std::to_string(std::chrono::duration_cast<Seconds>(*limit_).count()) +
                                      " seconds: ask for a shorter time, fewer devices or less"};
  }

 private:
  std::chrono::steady_clock::time_point begun_;
  std::optional<Micros> limit_;
};

// What is asked for, in order, from one statement or some that are merged.
class Merge {
 public:
  Merge(Database& database, bool newest_first) : database_(database), newest_first_(newest_first) {}

  Status add_all(const Stretch& of) {
    Cursor cursor = TRY(database_.ask_once(newest_first_ ? all_readings_falling : all_readings_rising));
    TRY(cursor.bind(of.workspace));
    TRY(cursor.bind(of.begin.time));
    TRY(cursor.bind(of.begin.device));
    TRY(cursor.bind(of.begin.tag));
    TRY(cursor.bind(of.end));
    return add(std::move(cursor));
  }
  // A device that comes behind the one of `begin` has not been read at that time yet, one before it has.
  Status add_device(const Stretch& of, std::int64_t device) {
    Place begin = of.begin;
    if (device != begin.device) begin.tag = "";
    if (device < begin.device && begin.time < std::numeric_limits<std::int64_t>::max()) ++begin.time;
    Cursor cursor = TRY(database_.ask_once(newest_first_ ? readings_of_device_falling : readings_of_device_rising));
    TRY(cursor.bind(device));
    TRY(cursor.bind(begin.time));
    TRY(cursor.bind(begin.tag));
    TRY(cursor.bind(of.end));
    TRY(cursor.bind(of.workspace));
    return add(std::move(cursor));
  }

  std::optional<Row> row() const {
    if (running_.empty()) return std::nullopt;
    return first_->row();
  }
  Status step() {
    if (!TRY(first_->step())) running_.erase(first_);
    find_first();
    return {};
  }

 private:
  static Place place_of(const Cursor& cursor) {
    const Row row = cursor.row();
    return {row.integer(2), row.integer(0), row.view(1)};
  }
  Status add(Cursor cursor) {
    if (TRY(cursor.step())) running_.push_back(std::move(cursor));
    find_first();
    return {};
  }
  void find_first() {
    first_ = running_.begin();
    for (auto other = running_.begin(); other != running_.end(); ++other) {
      const Place a = place_of(*other), b = place_of(*first_);
      if (newest_first_ ? b < a : a < b) first_ = other;
    }
  }

  Database& database_;
  bool newest_first_;
  std::list<Cursor> running_;  // each has a row
  std::list<Cursor>::iterator first_ = running_.end();
};

}  // namespace

Status scan_readings(Database& database, const fleet::DataQuery& query, const ReadingLimits& limits,
                     const fleet::TakeReading& take) {
  const Patience patience{limits};
  std::size_t rows = 0;
  const auto workspace = TRY(database.one(read_number, "SELECT number FROM workspaces WHERE id = ?", query.workspace));
  if (!workspace) return {};
  const std::optional<std::vector<std::int64_t>> devices = TRY(numbers_in(database, query));
  const Stretch stretch = TRY(stretch_of(database, query, *workspace));
  Merge merge{database, query.newest_first};
  const bool merged = devices && devices->size() <= merged_devices_max;
  if (merged) {
    for (const std::int64_t device : *devices) TRY(merge.add_device(stretch, device));
  } else {
    TRY(merge.add_all(stretch));
  }
  std::unordered_set<std::int64_t> wanted;
  if (devices && !merged) wanted.insert(devices->begin(), devices->end());
  std::unordered_map<std::int64_t, Names> names;
  for (; merge.row(); TRY(merge.step())) {
    if (++rows % rows_between_looks_at_the_clock == 0) TRY(patience.look());
    const Row row = *merge.row();
    const std::int64_t device = row.integer(0);
    const std::string_view tag = row.view(1);
    if (!wanted.empty() && !wanted.contains(device)) continue;
    if (!query.tags.empty() && std::find(query.tags.begin(), query.tags.end(), tag) == query.tags.end()) continue;
    auto named = names.find(device);
    if (named == names.end()) {
      const auto found = TRY(database.one(
          read_names,
          "SELECT d.id, f.id, d.removed FROM devices d JOIN fleets f ON f.number = d.fleet WHERE d.number = ?",
          device));
      if (!found) return Error{Errc::corrupt, "the database holds a reading of no device"};
      named = names.emplace(device, *found).first;
    }
    if (named->second.removed) continue;
    if (!take({named->second.device, named->second.fleet, tag, row.time(2), row.time(3), row.view(4)})) return {};
  }
  return {};
}

// From the front of the table: up to the last of so many, or all when there are fewer.
Result<std::size_t> SqliteChanges::remove_readings(const WorkspaceId& id, Timestamp before, std::size_t most) {
  const auto workspace = TRY(database_.one(read_number, "SELECT number FROM workspaces WHERE id = ?", id));
  if (!workspace || most == 0) return std::size_t{0};
  struct Last {
    std::int64_t time, device;
    std::string tag;
  };
  const auto read_last = +[](const Row& row) -> Result<Last> {
    return Last{row.integer(0), row.integer(1), row.text(2)};
  };
  const auto last =
      TRY(database_.one(read_last,
                        "SELECT device_time, device, tag FROM readings WHERE workspace = ? AND device_time < ? "
                        "ORDER BY device_time, device, tag LIMIT 1 OFFSET ?",
                        *workspace, before, static_cast<std::int64_t>(most - 1)));
  if (last) {
    TRY(database_.run("DELETE FROM readings WHERE workspace = ? AND (device_time, device, tag) <= (?, ?, ?)",
                      *workspace, last->time, last->device, last->tag));
  } else {
    TRY(database_.run("DELETE FROM readings WHERE workspace = ? AND device_time < ?", *workspace, before));
  }
  return static_cast<std::size_t>(database_.changed_rows());
}

Result<std::vector<fleet::DataRow>> page_of_readings(Database& database, const fleet::DataQuery& query,
                                                     const ReadingLimits& limits) {
  std::vector<fleet::DataRow> rows;
  if (query.size == 0) return rows;
  std::size_t skip = query.page * query.size;
  std::size_t bytes = 0;
  TRY(scan_readings(database, query, limits, [&](const fleet::ReadingView& r) {
    if (skip > 0) return --skip, true;
    rows.push_back({{r.device, std::string{r.tag}, r.device_time, r.received_at, std::string{r.payload}}, r.fleet});
    bytes += r.payload.size();
    return bytes <= limits.page_bytes_max && rows.size() < query.size;
  }));
  if (bytes > limits.page_bytes_max) {  // 175,000 rows of the longest payloads would be 11 GB
    return Error{Errc::too_large, "the page holds more than " + std::to_string(limits.page_bytes_max) +
                                      " bytes of payload: ask for fewer readings a page"};
  }
  return rows;
}

Status SqliteStore::scan(const fleet::DataQuery& query, const fleet::TakeReading& take) {
  return scan_readings(database_, query, {page_bytes_max_}, take);
}
Result<std::vector<fleet::DataRow>> SqliteStore::data(const fleet::DataQuery& query) {
  return page_of_readings(database_, query, {page_bytes_max_});
}

}  // namespace signet::store
