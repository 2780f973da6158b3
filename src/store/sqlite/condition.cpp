#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Condition> read_condition(const Row& row) {
  fleet::Condition out;
  out.number = row.integer(0);
  out.device = TRY(row.id<DeviceId>(1));
  out.uuid = row.text(2), out.tag = row.text(3), out.payload = row.text(4), out.start = row.time(5);
  out.payloadf = row.text(6), out.finish = row.maybe_time(7);
  return out;
}

Result<fleet::ConditionRow> read_condition_row(const Row& row) {
  fleet::ConditionRow out;
  out.condition = TRY(read_condition(row));
  out.workspace = TRY(row.id<WorkspaceId>(8)), out.fleet = TRY(row.id<FleetId>(9));
  out.device_name = row.text(10);
  return out;
}

}  // namespace

Status SqliteChanges::put_condition(const fleet::Condition& condition) {
  const NumberedDevice device = TRY(numbers_of(condition.device));
  return database_.run(
      "INSERT INTO conditions (device, uuid, tag, payload, start, payloadf, finish) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (device, uuid) DO UPDATE SET tag = excluded.tag, payload = excluded.payload, "
      "start = excluded.start, payloadf = excluded.payloadf, finish = excluded.finish",
      device.device, condition.uuid, condition.tag, condition.payload, condition.start, condition.payloadf,
      condition.finish);
}

Status SqliteChanges::remove_old_conditions(const DeviceId& device, std::size_t keep) {
  return database_.run(
      "DELETE FROM conditions WHERE number IN (SELECT number FROM conditions WHERE device = "
      "(SELECT number FROM devices WHERE id = ?) AND finish IS NOT NULL ORDER BY number DESC LIMIT -1 OFFSET ?)",
      device, static_cast<std::int64_t>(keep));
}

Result<std::optional<fleet::Condition>> SqliteStore::condition(const DeviceId& device, std::string_view uuid) {
  return database_.one(read_condition,
                       "SELECT c.number, d.id, c.uuid, c.tag, c.payload, c.start, c.payloadf, c.finish "
                       "FROM conditions c JOIN devices d ON d.number = c.device WHERE d.id = ? AND c.uuid = ?",
                       device, uuid);
}

Result<std::vector<fleet::ConditionRow>> SqliteStore::conditions(const fleet::ConditionQuery& query) {
  const std::string device = query.device ? query.device->str() : "";
  const std::int64_t open = query.open ? static_cast<std::int64_t>(*query.open) : -1;
  const std::int64_t longer_than = Micros{query.longer_than}.count();
  return database_.list(
      read_condition_row,
      "SELECT c.number, d.id, c.uuid, c.tag, c.payload, c.start, c.payloadf, c.finish, w.id, f.id, d.name "
      "FROM conditions c JOIN devices d ON d.number = c.device JOIN fleets f ON f.number = d.fleet "
      "JOIN workspaces w ON w.number = d.workspace WHERE w.id = ?1 AND (?2 = '' OR d.id = ?2) "
      "AND (?3 = '' OR c.tag = ?3) AND (?4 < 0 OR (c.finish IS NULL) = ?4) "
      "AND coalesce(c.finish, ?5) - c.start >= ?6 AND c.number < ?7 ORDER BY c.number DESC LIMIT ?8",
      query.workspace, device, query.tag, open, query.now, longer_than,
      query.before.value_or(std::numeric_limits<std::int64_t>::max()), static_cast<std::int64_t>(query.size));
}

}  // namespace signet::store
