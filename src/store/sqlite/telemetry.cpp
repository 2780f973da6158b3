#include "store/sqlite/store.h"

#include <algorithm>

namespace signet::store {
namespace {

constexpr std::size_t device_numbers_max = 65'536;  // then they are looked up anew

Result<NumberedDevice> read_numbers(const Row& row) { return NumberedDevice{row.integer(0), row.integer(1)}; }
Result<bool> read_true(const Row&) { return true; }
Result<std::int64_t> read_position(const Row& row) { return row.integer(0); }

Result<fleet::DataRow> read_row(const Row& row) {
  fleet::DataRow out;
  out.reading.device = TRY(row.id<DeviceId>(0));
  out.reading.tag = row.text(1);
  out.reading.device_time = row.time(2);
  out.reading.received_at = row.time(3);
  out.reading.payload = row.text(4);
  out.fleet = TRY(row.id<FleetId>(5));
  return out;
}

std::string question_marks(std::size_t count) {
  std::string out = "?";
  for (std::size_t i = 1; i < count; ++i) out += ", ?";
  return out;
}

// Only question marks depend on the query; every value of a peer is bound.
std::string data_sql(const fleet::DataQuery& query) {
  std::string sql =
      "SELECT d.id, r.tag, r.device_time, r.received_at, r.payload, f.id FROM readings r "
      "JOIN devices d ON d.number = r.device JOIN fleets f ON f.number = d.fleet "
      "WHERE r.workspace = (SELECT number FROM workspaces WHERE id = ?)";
  if (query.start) sql += " AND r.device_time >= ?";
  if (query.end) sql += " AND r.device_time < ?";
  if (!query.devices.empty()) {
    sql += " AND r.device IN (SELECT number FROM devices WHERE id IN (" + question_marks(query.devices.size()) + "))";
  }
  if (!query.tags.empty()) sql += " AND r.tag IN (" + question_marks(query.tags.size()) + ")";
  sql += query.newest_first ? " ORDER BY r.device_time DESC, r.device DESC, r.tag DESC"
                            : " ORDER BY r.device_time, r.device, r.tag";
  return sql + " LIMIT ? OFFSET ?";
}

}  // namespace

Result<NumberedDevice> SqliteChanges::numbers_of(const DeviceId& device) {
  const auto known = devices_.find(device.str());
  if (known != devices_.end()) return known->second;
  const auto found = TRY(database_.one(read_numbers, "SELECT number, workspace FROM devices WHERE id = ?", device));
  if (!found) return Error{Errc::not_found, "no device " + device.str()};
  if (devices_.size() == device_numbers_max) devices_.clear();
  devices_.emplace(device.str(), *found);
  return *found;
}

Result<bool> SqliteChanges::has_reading(const NumberedDevice& of, std::string_view tag, Timestamp at) {
  const auto found = TRY(database_.one(
      read_true, "SELECT 1 FROM readings WHERE device = ? AND tag = ? AND device_time = ?", of.device, tag, at));
  return found.has_value();
}

Status SqliteChanges::insert(const fleet::Reading& r, const NumberedDevice& of) {
  const auto at_time = [&](Timestamp at) {
    return database_.run(
        "INSERT INTO readings (device, tag, device_time, received_at, workspace, payload) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        of.device, r.tag, at, r.received_at, of.workspace, r.payload);
  };
  TRY(at_time(r.device_time));
  if (database_.changed_rows() > 0) return add_to_feed(r, of, r.device_time);
  if (!r.arrival_stamped) return {};
  // Doubling: a device that filled the next hours with its own times must not make us look at each of them.
  Timestamp at = r.device_time;
  for (Micros step{1}; TRY(has_reading(of, r.tag, at)); step *= 2) at += step;
  TRY(at_time(at));
  return add_to_feed(r, of, at);
}

// In the order of the table's key, so that neighbours fall on one page. What came first stays first.
Status SqliteChanges::append(std::span<const fleet::Reading> readings) {
  std::vector<std::pair<NumberedDevice, const fleet::Reading*>> sorted;
  sorted.reserve(readings.size());
  for (const fleet::Reading& reading : readings) sorted.emplace_back(TRY(numbers_of(reading.device)), &reading);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.device, a.second->tag, a.second->device_time) <
           std::tie(b.first.device, b.second->tag, b.second->device_time);
  });
  for (const auto& [numbers, reading] : sorted) TRY(insert(*reading, numbers));
  return {};
}

Status SqliteChanges::set_log_position(std::string_view log, std::uint64_t position) {
  return database_.run("INSERT OR REPLACE INTO log_positions (log, position) VALUES (?, ?)", log,
                       static_cast<std::int64_t>(position));
}

Result<std::uint64_t> SqliteStore::log_position(std::string_view log) {
  const auto found = TRY(database_.one(read_position, "SELECT position FROM log_positions WHERE log = ?", log));
  return static_cast<std::uint64_t>(found.value_or(0));
}

Result<std::vector<fleet::DataRow>> SqliteStore::data(const fleet::DataQuery& query) {
  Cursor cursor = TRY(database_.ask_once(data_sql(query)));
  TRY(cursor.bind(query.workspace));
  if (query.start) TRY(cursor.bind(*query.start));
  if (query.end) TRY(cursor.bind(*query.end));
  for (const DeviceId& device : query.devices) TRY(cursor.bind(device));
  for (const std::string& tag : query.tags) TRY(cursor.bind(tag));
  TRY(cursor.bind(static_cast<std::int64_t>(query.size)));
  TRY(cursor.bind(static_cast<std::int64_t>(query.page * query.size)));
  std::vector<fleet::DataRow> rows;
  std::size_t bytes = 0;
  while (TRY(cursor.step())) {
    rows.push_back(TRY(read_row(cursor.row())));
    bytes += rows.back().reading.payload.size();
    if (bytes > page_bytes_max_) {  // 175,000 rows of the longest payloads would be 11 GB
      return Error{Errc::too_large, "the page holds more than " + std::to_string(page_bytes_max_) +
                                        " bytes of payload: ask for fewer readings a page"};
    }
  }
  return rows;
}

}  // namespace signet::store
