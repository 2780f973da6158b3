#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<std::int64_t> read_device_number(const Row& row) { return row.integer(0); }
Result<fleet::Device> read_device(const Row& row) {
  fleet::Device out;
  out.id = TRY(row.id<DeviceId>(0));
  out.workspace = TRY(row.id<WorkspaceId>(1));
  out.fleet = TRY(row.id<FleetId>(2));
  out.account = TRY(row.id<AccountId>(3));
  out.name = row.text(4);
  out.phys_id = row.text(5);
  out.created_at = row.time(6);
  out.last_seen = row.maybe_time(7);
  out.description = row.text(8);
  return out;
}

}  // namespace

Status SqliteChanges::add_device(const fleet::Device& d) {
  return database_.run(
      "INSERT INTO devices (id, workspace, fleet, name, phys_id, created_at, last_seen, description) VALUES "
      "(?, (SELECT number FROM workspaces WHERE id = ?), (SELECT number FROM fleets WHERE id = ?), ?, ?, ?, ?, ?)",
      d.id, d.workspace, d.fleet, d.name, d.phys_id, d.created_at, d.last_seen, d.description);
}
Status SqliteChanges::update_device(const fleet::Device& d) {
  TRY(database_.run(
      "UPDATE devices SET name = ?, description = ?, fleet = (SELECT number FROM fleets WHERE id = ?), phys_id = ? "
      "WHERE id = ?",
      d.name, d.description, d.fleet, d.phys_id, d.id));
  return must_change_one("device");
}
// Its readings may be millions: they stay where they are, out of sight, until erase_removed has had its turns. Its id
// is taken from the row, so that nothing finds it by that any more.
Status SqliteChanges::remove_device(const DeviceId& id) {
  const NumberedDevice of = TRY(numbers_of(id));
  const auto bound = TRY(database_.one(read_device_number, "SELECT 1 FROM identities WHERE device = ?", of.device));
  if (bound) return Error{Errc::conflict, "an identity names device " + id.str()};
  for (const char* const literal :
       {"DELETE FROM twin WHERE device = ?", "DELETE FROM jobs WHERE device = ?",
        "DELETE FROM updates WHERE device = ?", "DELETE FROM conditions WHERE device = ?",
        "DELETE FROM sessions WHERE device = ?",
        "UPDATE devices SET removed = 1, id = 'removed-' || number, name = '', description = '', phys_id = '' "
        "WHERE number = ?"}) {
    TRY(database_.run(literal, of.device));
  }
  devices_.erase(id.str());
  return {};
}
Result<std::size_t> SqliteChanges::erase_removed(std::size_t most) {
  const auto device = TRY(database_.one(read_device_number, "SELECT number FROM devices WHERE removed = 1 LIMIT 1"));
  if (!device) return std::size_t{0};
  TRY(database_.run(
      "DELETE FROM readings WHERE (workspace, device_time, device, tag) IN (SELECT workspace, device_time, "
      "device, tag FROM readings INDEXED BY readings_of_device WHERE device = ? LIMIT ?)",
      *device, static_cast<std::int64_t>(most)));
  const auto erased = static_cast<std::size_t>(database_.changed_rows());
  if (erased == most) return erased;
  TRY(database_.run("DELETE FROM devices WHERE number = ?", *device));
  return erased + 1;
}
Status SqliteChanges::set_last_seen(const DeviceId& device, Timestamp at) {
  TRY(database_.run("UPDATE devices SET last_seen = ? WHERE id = ?", at, device));
  return must_change_one("device");
}

// A walk along an index by workspace and id; by name along one by name.
Result<std::vector<fleet::Device>> SqliteStore::devices(const fleet::DeviceQuery& query) {
  const auto size = static_cast<std::int64_t>(query.size);
  const std::string after = query.after ? query.after->str() : "", fleet = query.fleet ? query.fleet->str() : "";
  if (!query.name.empty()) {
    return database_.list(read_device,
                          "SELECT d.id, w.id, f.id, a.id, d.name, d.phys_id, d.created_at, d.last_seen, d.description "
                          "FROM devices d "
                          "JOIN workspaces w ON w.number = d.workspace JOIN fleets f ON f.number = d.fleet "
                          "JOIN accounts a ON a.number = w.account WHERE w.id = ?1 AND d.removed = 0 AND d.id > ?2 AND "
                          "(?3 = '' OR f.id = ?3) AND d.name = ?4 ORDER BY d.id LIMIT ?5",
                          query.workspace, after, fleet, query.name, size);
  }
  return database_.list(read_device,
                        "SELECT d.id, w.id, f.id, a.id, d.name, d.phys_id, d.created_at, d.last_seen, d.description "
                        "FROM devices d "
                        "JOIN workspaces w ON w.number = d.workspace JOIN fleets f ON f.number = d.fleet "
                        "JOIN accounts a ON a.number = w.account WHERE w.id = ?1 AND d.removed = 0 AND d.id > ?2 AND "
                        "(?3 = '' OR f.id = ?3) ORDER BY d.id LIMIT ?4",
                        query.workspace, after, fleet, size);
}
Result<std::optional<fleet::Device>> SqliteStore::device(const DeviceId& id) {
  return database_.one(read_device,
                       "SELECT d.id, w.id, f.id, a.id, d.name, d.phys_id, d.created_at, d.last_seen, d.description "
                       "FROM devices d "
                       "JOIN workspaces w ON w.number = d.workspace JOIN fleets f ON f.number = d.fleet "
                       "JOIN accounts a ON a.number = w.account WHERE d.id = ?",
                       id);
}

}  // namespace signet::store
