#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Account> read_account(const Row& row) {
  return fleet::Account{TRY(row.id<AccountId>(0)), row.text(1), row.time(2)};
}
Result<fleet::Credential> read_credential(const Row& row) {
  return fleet::Credential{TRY(read_account(row)), row.text(3)};
}
Result<fleet::Token> read_token(const Row& row) {
  fleet::Token out;
  out.hash = TRY(row.block<32>(0));
  out.kind = TRY(row.name(1, fleet::TokenKind::api_key));
  out.account = TRY(row.id<AccountId>(2));
  out.only = TRY(row.maybe_id<WorkspaceId>(3));
  out.name = row.text(4);
  out.prefix = row.text(5);
  out.created_at = row.time(6);
  out.expires_at = row.maybe_time(7);
  return out;
}

}  // namespace

Status SqliteChanges::add_account(const fleet::Credential& c) {
  return database_.run("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (?, ?, ?, ?)", c.account.id,
                       c.account.email, c.password_hash, c.account.created_at);
}
// A key for a workspace that is not there would be one for all: the sub-select must not turn it into NULL.
Status SqliteChanges::add_token(const fleet::Token& t) {
  if (t.only) {
    TRY(database_.run(
        "INSERT INTO tokens SELECT ?, ?, a.number, w.number, ?, ?, ?, ? FROM accounts a, workspaces w "
        "WHERE a.id = ? AND w.id = ?",
        t.hash, static_cast<std::int64_t>(t.kind), t.name, t.prefix, t.created_at, t.expires_at, t.account, t.only));
  } else {
    TRY(database_.run("INSERT INTO tokens SELECT ?, ?, number, NULL, ?, ?, ?, ? FROM accounts WHERE id = ?", t.hash,
                      static_cast<std::int64_t>(t.kind), t.name, t.prefix, t.created_at, t.expires_at, t.account));
  }
  return must_change_one("account or workspace");
}
Status SqliteChanges::remove_token(const crypto::Digest& hash) {
  return database_.run("DELETE FROM tokens WHERE hash = ?", hash);
}
Status SqliteChanges::remove_tokens_expired_at(Timestamp now) {
  return database_.run("DELETE FROM tokens WHERE expires_at <= ?", now);
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
                       "SELECT t.hash, t.kind, a.id, w.id, t.name, t.prefix, t.created_at, t.expires_at FROM tokens t "
                       "JOIN accounts a ON a.number = t.account LEFT JOIN workspaces w ON w.number = t.workspace "
                       "WHERE t.hash = ?",
                       hash);
}

}  // namespace signet::store
