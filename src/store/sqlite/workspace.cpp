#include "store/sqlite/store.h"

namespace signet::store {
namespace {

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
