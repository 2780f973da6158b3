#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::KeptAnswer> read_answer(const Row& row) {
  fleet::KeptAnswer out;
  out.token = TRY(row.id<TokenId>(0));
  out.name = TRY(row.block<32>(1));
  out.request = TRY(row.block<32>(2));
  out.at = row.time(3);
  if (!row.is_null(4)) out.sealed = row.blob(4);
  return out;
}

}  // namespace

Status SqliteChanges::put_answer(const fleet::KeptAnswer& a) {
  std::optional<Bytes> sealed;
  if (a.sealed) sealed = Bytes{*a.sealed};
  TRY(
      database_.run("INSERT OR REPLACE INTO answers (token, name, request, at, sealed) SELECT id, ?, ?, ?, ? FROM "
                    "tokens WHERE id = ?",
                    a.name, a.request, a.at, sealed, a.token));
  return must_change_one("token");
}

Status SqliteChanges::remove_old_answers(const TokenId& token, Timestamp before, std::size_t keep) {
  TRY(database_.run("DELETE FROM answers WHERE at <= ?", before));
  return database_.run(
      "DELETE FROM answers WHERE token = ?1 AND name IN "
      "(SELECT name FROM answers WHERE token = ?1 ORDER BY at DESC LIMIT -1 OFFSET ?2)",
      token, static_cast<std::int64_t>(keep));
}

Result<std::optional<fleet::KeptAnswer>> SqliteStore::kept_answer(const TokenId& token, const crypto::Digest& name) {
  return database_.one(read_answer, "SELECT token, name, request, at, sealed FROM answers WHERE token = ? AND name = ?",
                       token, name);
}

}  // namespace signet::store
