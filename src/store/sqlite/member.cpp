#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Role> read_role(const Row& row) { return row.name(0, fleet::Role::owner); }
Result<fleet::Member> read_member(const Row& row) {
  return fleet::Member{TRY(row.id<WorkspaceId>(0)),
                       {TRY(row.id<AccountId>(1)), row.text(2), row.time(3)},
                       TRY(row.name(4, fleet::Role::owner)),
                       row.time(5)};
}
Result<fleet::Invitation> read_invitation(const Row& row) {
  fleet::Invitation out;
  out.id = TRY(row.id<InvitationId>(0));
  out.hash = TRY(row.block<32>(1));
  out.workspace = TRY(row.id<WorkspaceId>(2));
  out.email = row.text(3);
  out.role = TRY(row.name(4, fleet::Role::owner));
  out.by = {TRY(row.id<AccountId>(5)), row.text(6), row.time(7)};
  out.created_at = row.time(8);
  out.expires_at = row.time(9);
  return out;
}

}  // namespace

Status SqliteChanges::put_member(const WorkspaceId& workspace, const AccountId& account, fleet::Role role,
                                 Timestamp since) {
  TRY(database_.run(
      "INSERT INTO members SELECT w.number, a.number, ?, ? FROM workspaces w, accounts a WHERE w.id = ? AND a.id = ? "
      "ON CONFLICT (workspace, account) DO UPDATE SET role = excluded.role",
      static_cast<std::int64_t>(role), since, workspace, account));
  return must_change_one("workspace or account");
}
Status SqliteChanges::remove_member(const WorkspaceId& workspace, const AccountId& account) {
  TRY(
      database_.run("DELETE FROM tokens WHERE workspace = (SELECT number FROM workspaces WHERE id = ?) "
                    "AND account = (SELECT number FROM accounts WHERE id = ?)",
                    workspace, account));
  return database_.run(
      "DELETE FROM members WHERE workspace = (SELECT number FROM workspaces WHERE id = ?) "
      "AND account = (SELECT number FROM accounts WHERE id = ?)",
      workspace, account);
}
Status SqliteChanges::put_invitation(const fleet::Invitation& i) {
  TRY(database_.run(
      "DELETE FROM invitations WHERE workspace = (SELECT number FROM workspaces WHERE id = ?) AND email = ?",
      i.workspace, i.email));
  TRY(database_.run(
      "INSERT INTO invitations (id, hash, workspace, email, role, invited_by, created_at, expires_at) "
      "SELECT ?, ?, w.number, ?, ?, a.number, ?, ? FROM workspaces w, accounts a WHERE w.id = ? AND a.id = ?",
      i.id, i.hash, i.email, static_cast<std::int64_t>(i.role), i.created_at, i.expires_at, i.workspace, i.by.id));
  return must_change_one("workspace or account");
}
Status SqliteChanges::remove_invitation(const InvitationId& id) {
  return database_.run("DELETE FROM invitations WHERE id = ?", id);
}
Status SqliteChanges::remove_invitations_expired_at(Timestamp now) {
  return database_.run("DELETE FROM invitations WHERE expires_at <= ?", now);
}

Result<std::optional<fleet::Role>> SqliteStore::role(const WorkspaceId& workspace, const AccountId& account) {
  return database_.one(read_role,
                       "SELECT m.role FROM members m JOIN workspaces w ON w.number = m.workspace "
                       "JOIN accounts a ON a.number = m.account WHERE w.id = ? AND a.id = ?",
                       workspace, account);
}
Result<std::vector<fleet::Member>> SqliteStore::members(const WorkspaceId& workspace) {
  return database_.list(read_member,
                        "SELECT w.id, a.id, a.email, a.created_at, m.role, m.since FROM members m "
                        "JOIN workspaces w ON w.number = m.workspace JOIN accounts a ON a.number = m.account "
                        "WHERE w.id = ? ORDER BY m.since, a.number",
                        workspace);
}
Result<std::vector<fleet::Invitation>> SqliteStore::invitations(const WorkspaceId& workspace) {
  return database_.list(read_invitation,
                        "SELECT i.id, i.hash, w.id, i.email, i.role, a.id, a.email, a.created_at, i.created_at, "
                        "i.expires_at FROM invitations i JOIN workspaces w ON w.number = i.workspace "
                        "JOIN accounts a ON a.number = i.invited_by WHERE w.id = ? ORDER BY i.id",
                        workspace);
}
Result<std::optional<fleet::Invitation>> SqliteStore::invitation(const crypto::Digest& hash) {
  return database_.one(read_invitation,
                       "SELECT i.id, i.hash, w.id, i.email, i.role, a.id, a.email, a.created_at, i.created_at, "
                       "i.expires_at FROM invitations i JOIN workspaces w ON w.number = i.workspace "
                       "JOIN accounts a ON a.number = i.invited_by WHERE i.hash = ?",
                       hash);
}

}  // namespace signet::store
