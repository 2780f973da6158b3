#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<bool> read_holder(const Row&) { return true; }
Result<fleet::Workspace> read_workspace(const Row& row) {
  return fleet::Workspace{TRY(row.id<WorkspaceId>(0)), row.text(1), row.text(2),
                          TRY(row.id<AccountId>(3)),   row.time(4), static_cast<unsigned>(row.integer(5))};
}
Result<fleet::FleetGroup> read_fleet(const Row& row) {
  return fleet::FleetGroup{TRY(row.id<FleetId>(0)),
                           TRY(row.id<WorkspaceId>(1)),
                           TRY(row.id<AccountId>(2)),
                           row.text(3),
                           row.text(4),
                           row.time(5)};
}

}  // namespace

Status SqliteChanges::add_workspace(const fleet::Workspace& w) {
  TRY(
      database_.run("INSERT INTO workspaces (id, name, description, account, created_at, retention_days) "
                    "VALUES (?, ?, ?, (SELECT number FROM accounts WHERE id = ?), ?, ?)",
                    w.id, w.name, w.description, w.account, w.created_at, static_cast<std::int64_t>(w.retention_days)));
  return put_member(w.id, w.account, fleet::Role::owner, w.created_at);
}
Status SqliteChanges::set_retention(const WorkspaceId& workspace, unsigned days) {
  TRY(database_.run("UPDATE workspaces SET retention_days = ? WHERE id = ?", static_cast<std::int64_t>(days),
                    workspace));
  return must_change_one("workspace");
}
Status SqliteChanges::add_fleet(const fleet::FleetGroup& f) {
  return database_.run(
      "INSERT INTO fleets (id, name, description, workspace, created_at) "
      "VALUES (?, ?, ?, (SELECT number FROM workspaces WHERE id = ?), ?)",
      f.id, f.name, f.description, f.workspace, f.created_at);
}

Status SqliteChanges::update_workspace(const fleet::Workspace& w) {
  TRY(database_.run("UPDATE workspaces SET name = ?, description = ? WHERE id = ?", w.name, w.description, w.id));
  return must_change_one("workspace");
}
Status SqliteChanges::update_fleet(const fleet::FleetGroup& f) {
  TRY(database_.run("UPDATE fleets SET name = ?, description = ? WHERE id = ?", f.name, f.description, f.id));
  return must_change_one("fleet");
}
// Devices hold it, also a removed one while what is left of it is erased.
Status SqliteChanges::remove_workspace(const WorkspaceId& id) {
  const auto held = TRY(database_.one(
      read_holder, "SELECT 1 FROM devices WHERE workspace = (SELECT number FROM workspaces WHERE id = ?) LIMIT 1", id));
  if (held) {
    return Error{Errc::conflict,
                 id.str() + " has devices, or readings of removed ones: try again when they are erased"};
  }
  for (const char* const literal :
       {"DELETE FROM members WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM invitations WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM tokens WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM integrations WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM rollouts WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM feed WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
        "DELETE FROM fleets WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)"}) {
    TRY(database_.run(literal, id));
  }
  feeds_ = {};
  TRY(database_.run("DELETE FROM workspaces WHERE id = ?", id));
  return must_change_one("workspace");
}
// What is left of a removed device goes to a neighbour.
Status SqliteChanges::remove_fleet(const FleetId& id) {
  const auto held = TRY(database_.one(read_holder,
                                      "SELECT 1 FROM devices WHERE fleet = (SELECT number FROM fleets WHERE id = ?) "
                                      "AND removed = 0 LIMIT 1",
                                      id));
  if (held) return Error{Errc::conflict, id.str() + " has devices"};
  TRY(
      database_.run("UPDATE devices SET fleet = (SELECT min(f.number) FROM fleets f WHERE f.workspace = "
                    "devices.workspace AND f.id <> ?1) "
                    "WHERE removed = 1 AND fleet = (SELECT number FROM fleets WHERE id = ?1)",
                    id));
  TRY(database_.run("DELETE FROM fleets WHERE id = ?", id));
  return must_change_one("fleet");
}

Result<std::vector<fleet::Workspace>> SqliteStore::workspaces(const AccountId& account) {
  return database_.list(read_workspace,
                        "SELECT w.id, w.name, w.description, a.id, w.created_at, w.retention_days FROM accounts me "
                        "JOIN members m ON m.account = me.number JOIN workspaces w ON w.number = m.workspace "
                        "JOIN accounts a ON a.number = w.account WHERE me.id = ? ORDER BY w.number",
                        account);
}
Result<std::vector<fleet::Workspace>> SqliteStore::workspaces_with_retention() {
  return database_.list(read_workspace,
                        "SELECT w.id, w.name, w.description, a.id, w.created_at, w.retention_days FROM workspaces w "
                        "JOIN accounts a ON a.number = w.account WHERE w.retention_days > 0 ORDER BY w.number");
}
Result<std::optional<fleet::Workspace>> SqliteStore::workspace(const WorkspaceId& id) {
  return database_.one(read_workspace,
                       "SELECT w.id, w.name, w.description, a.id, w.created_at, w.retention_days FROM workspaces w "
                       "JOIN accounts a ON a.number = w.account WHERE w.id = ?",
                       id);
}
Result<std::vector<fleet::FleetGroup>> SqliteStore::fleets(const WorkspaceId& workspace) {
  return database_.list(read_fleet,
                        "SELECT f.id, w.id, a.id, f.name, f.description, f.created_at FROM fleets f "
                        "JOIN workspaces w ON w.number = f.workspace JOIN accounts a ON a.number = w.account "
                        "WHERE w.id = ? ORDER BY f.number",
                        workspace);
}
Result<std::optional<fleet::FleetGroup>> SqliteStore::fleet(const FleetId& id) {
  return database_.one(read_fleet,
                       "SELECT f.id, w.id, a.id, f.name, f.description, f.created_at FROM fleets f "
                       "JOIN workspaces w ON w.number = f.workspace JOIN accounts a ON a.number = w.account "
                       "WHERE f.id = ?",
                       id);
}

}  // namespace signet::store
