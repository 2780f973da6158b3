#include "store/sqlite/store.h"

namespace signet::store {
namespace {

struct DeviceNumbers {
  std::int64_t device;
  std::int64_t workspace;
};

Result<DeviceNumbers> read_numbers(const Row& row) { return DeviceNumbers{row.integer(0), row.integer(1)}; }
Result<bool> read_true(const Row&) { return true; }

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

Status SqliteChanges::append(std::span<const fleet::Reading> readings) {
  const DeviceId* looked_up = nullptr;
  DeviceNumbers numbers{};
  for (const fleet::Reading& r : readings) {
    if (!looked_up || *looked_up != r.device) {
      const auto found =
          TRY(database_.one(read_numbers, "SELECT number, workspace FROM devices WHERE id = ?", r.device));
      if (!found) return Error{Errc::not_found, "no device " + r.device.str()};
      numbers = *found;
      looked_up = &r.device;
    }
    TRY(
        database_.run("INSERT INTO readings (device, tag, device_time, received_at, workspace, payload) "
                      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                      numbers.device, r.tag, r.device_time, r.received_at, numbers.workspace, r.payload));
  }
  return {};
}

Result<bool> SqliteStore::has_reading(const DeviceId& device, std::string_view tag, Timestamp device_time) {
  return TRY(database_.one(read_true,
                           "SELECT 1 FROM readings WHERE device = (SELECT number FROM devices WHERE id = ?) "
                           "AND tag = ? AND device_time = ?",
                           device, tag, device_time))
      .has_value();
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
