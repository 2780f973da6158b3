#include "store/sqlite/store.h"

namespace signet::store {
namespace {

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
  return out;
}

}  // namespace

Status SqliteChanges::add_device(const fleet::Device& d) {
  return database_.run(
      "INSERT INTO devices (id, workspace, fleet, name, phys_id, created_at, last_seen) VALUES "
      "(?, (SELECT number FROM workspaces WHERE id = ?), (SELECT number FROM fleets WHERE id = ?), ?, ?, ?, ?)",
      d.id, d.workspace, d.fleet, d.name, d.phys_id, d.created_at, d.last_seen);
}
Status SqliteChanges::update_device(const fleet::Device& d) {
  TRY(database_.run(
      "UPDATE devices SET name = ?, fleet = (SELECT number FROM fleets WHERE id = ?), phys_id = ? WHERE id = ?", d.name,
      d.fleet, d.phys_id, d.id));
  return must_change_one("device");
}
Status SqliteChanges::set_last_seen(const DeviceId& device, Timestamp at) {
  TRY(database_.run("UPDATE devices SET last_seen = ? WHERE id = ?", at, device));
  return must_change_one("device");
}

Result<std::vector<fleet::Device>> SqliteStore::devices(const WorkspaceId& workspace) {
  return database_.list(read_device,
                        "SELECT d.id, w.id, f.id, a.id, d.name, d.phys_id, d.created_at, d.last_seen FROM devices d "
                        "JOIN workspaces w ON w.number = d.workspace JOIN fleets f ON f.number = d.fleet "
                        "JOIN accounts a ON a.number = w.account WHERE w.id = ? ORDER BY d.number",
                        workspace);
}
Result<std::optional<fleet::Device>> SqliteStore::device(const DeviceId& id) {
  return database_.one(read_device,
                       "SELECT d.id, w.id, f.id, a.id, d.name, d.phys_id, d.created_at, d.last_seen FROM devices d "
                       "JOIN workspaces w ON w.number = d.workspace JOIN fleets f ON f.number = d.fleet "
                       "JOIN accounts a ON a.number = w.account WHERE d.id = ?",
                       id);
}

}  // namespace signet::store
