#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Account> read_account(const Row& row) {
  return fleet::Account{TRY(row.id<AccountId>(0)), row.text(1), row.time(2)};
}
Result<fleet::Credential> read_credential(const Row& row) {
  return fleet::Credential{TRY(read_account(row)), row.text(3)};
}
// SELECT hash, id, kind, account, workspace, name, prefix, role, read_only, address, created_at, expires_at, last_used
Result<fleet::Token> read_token(const Row& row) {
  fleet::Token out;
  out.hash = TRY(row.block<32>(0));
  out.id = TRY(row.id<TokenId>(1));
  out.kind = TRY(row.name(2, fleet::TokenKind::api_key));
  out.account = TRY(row.id<AccountId>(3));
  out.only = TRY(row.maybe_id<WorkspaceId>(4));
  out.name = row.text(5);
  out.prefix = row.text(6);
  out.role = TRY(row.name(7, fleet::Role::owner));
  out.read_only = row.integer(8) != 0;
  out.address = row.text(9);
  out.created_at = row.time(10);
  out.expires_at = row.maybe_time(11);
  out.last_used = row.maybe_time(12);
  return out;
}
Result<crypto::Digest> read_digest(const Row& row) { return row.block<32>(0); }
Result<fleet::SecondFactor> read_second_factor(const Row& row) {
  return fleet::SecondFactor{TRY(row.id<AccountId>(0)), row.blob(1), row.integer(2) != 0, row.integer(3)};
}

}  // namespace

Status SqliteChanges::add_account(const fleet::Credential& c) {
  return database_.run("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (?, ?, ?, ?)", c.account.id,
                       c.account.email, c.password_hash, c.account.created_at);
}
Status SqliteChanges::set_password(const AccountId& account, const std::string& hash) {
  TRY(database_.run("UPDATE accounts SET password_hash = ? WHERE id = ?", hash, account));
  return must_change_one("account");
}
// A key for a workspace that is not there would be one for all: the sub-select must not turn it into NULL.
Status SqliteChanges::add_token(const fleet::Token& t) {
  const auto kind = static_cast<std::int64_t>(t.kind), role = static_cast<std::int64_t>(t.role);
  const std::int64_t read_only = t.read_only ? 1 : 0;
  if (t.only) {
    TRY(database_.run(
        "INSERT INTO tokens (hash, id, kind, account, workspace, name, prefix, role, read_only, address, created_at, "
        "expires_at, last_used) SELECT ?, ?, ?, a.number, w.number, ?, ?, ?, ?, ?, ?, ?, ? FROM accounts a, workspaces "
        "w "
        "WHERE a.id = ? AND w.id = ?",
        t.hash, t.id, kind, t.name, t.prefix, role, read_only, t.address, t.created_at, t.expires_at, t.last_used,
        t.account, t.only));
  } else {
    TRY(database_.run(
        "INSERT INTO tokens (hash, id, kind, account, workspace, name, prefix, role, read_only, address, created_at, "
        "expires_at, last_used) SELECT ?, ?, ?, number, NULL, ?, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ?",
        t.hash, t.id, kind, t.name, t.prefix, role, read_only, t.address, t.created_at, t.expires_at, t.last_used,
        t.account));
  }
  return must_change_one("account or workspace");
}
Status SqliteChanges::remove_token(const crypto::Digest& hash) {
  return database_.run("DELETE FROM tokens WHERE hash = ?", hash);
}
Status SqliteChanges::remove_tokens_expired_at(Timestamp now) {
  return database_.run("DELETE FROM tokens WHERE expires_at <= ?", now);
}

Status SqliteChanges::set_last_used(std::span<const fleet::TokenUse> uses) {
  for (const fleet::TokenUse& use : uses) {
    TRY(database_.run("UPDATE tokens SET last_used = ? WHERE hash = ?", use.at, use.hash));
  }
  return {};
}
Status SqliteChanges::put_second_factor(const fleet::SecondFactor& f) {
  TRY(remove_second_factor(f.account));
  TRY(database_.run(
      "INSERT INTO second_factors (account, sealed, confirmed, last_step) SELECT number, ?, ?, ? FROM accounts "
      "WHERE id = ?",
      Bytes{f.sealed}, std::int64_t{f.confirmed ? 1 : 0}, f.last_step, f.account));
  TRY(must_change_one("account"));
  for (const crypto::Digest& hash : f.recovery_codes) {
    TRY(database_.run("INSERT INTO recovery_codes SELECT number, ? FROM accounts WHERE id = ?", hash, f.account));
  }
  return {};
}
Status SqliteChanges::remove_second_factor(const AccountId& account) {
  TRY(database_.run("DELETE FROM recovery_codes WHERE account = (SELECT number FROM accounts WHERE id = ?)", account));
  return database_.run("DELETE FROM second_factors WHERE account = (SELECT number FROM accounts WHERE id = ?)",
                       account);
}

Result<std::optional<fleet::Account>> SqliteStore::operator_account() {
  return database_.one(read_account, "SELECT id, email, created_at FROM accounts ORDER BY number LIMIT 1");
}
Result<std::optional<fleet::Account>> SqliteStore::account(const AccountId& id) {
  return database_.one(read_account, "SELECT id, email, created_at FROM accounts WHERE id = ?", id);
}
Result<std::optional<fleet::Credential>> SqliteStore::credential(std::string_view email) {
  return database_.one(read_credential, "SELECT id, email, created_at, password_hash FROM accounts WHERE email = ?",
                       email);
}
Result<std::optional<fleet::Token>> SqliteStore::token(const crypto::Digest& hash) {
  return database_.one(read_token,
                       "SELECT t.hash, t.id, t.kind, a.id, w.id, t.name, t.prefix, t.role, t.read_only, t.address, "
                       "t.created_at, t.expires_at, t.last_used FROM tokens t JOIN accounts a ON a.number = t.account "
                       "LEFT JOIN workspaces w ON w.number = t.workspace WHERE t.hash = ?",
                       hash);
}
Result<std::vector<fleet::Token>> SqliteStore::sessions_of(const AccountId& account) {
  return database_.list(read_token,
                        "SELECT t.hash, t.id, t.kind, a.id, NULL, t.name, t.prefix, t.role, t.read_only, t.address, "
                        "t.created_at, t.expires_at, t.last_used FROM tokens t JOIN accounts a ON a.number = t.account "
                        "WHERE a.id = ? AND t.kind = 0 ORDER BY t.created_at, t.id",
                        account);
}
Result<std::vector<fleet::Token>> SqliteStore::api_keys(const WorkspaceId& workspace) {
  return database_.list(read_token,
                        "SELECT t.hash, t.id, t.kind, a.id, w.id, t.name, t.prefix, t.role, t.read_only, t.address, "
                        "t.created_at, t.expires_at, t.last_used FROM tokens t JOIN accounts a ON a.number = t.account "
                        "JOIN workspaces w ON w.number = t.workspace WHERE w.id = ? AND t.kind = 1 "
                        "ORDER BY t.created_at, t.id",
                        workspace);
}
Result<std::optional<fleet::SecondFactor>> SqliteStore::second_factor(const AccountId& account) {
  std::optional<fleet::SecondFactor> out =
      TRY(database_.one(read_second_factor,
                        "SELECT a.id, f.sealed, f.confirmed, f.last_step FROM second_factors f "
                        "JOIN accounts a ON a.number = f.account WHERE a.id = ?",
                        account));
  if (!out) return out;
  out->recovery_codes = TRY(database_.list(
      read_digest, "SELECT r.hash FROM recovery_codes r JOIN accounts a ON a.number = r.account WHERE a.id = ?",
      account));
  return out;
}

}  // namespace signet::store
