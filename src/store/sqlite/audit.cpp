#include "fleet/audit_chain.h"
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::AuditEntry> read_entry(const Row& row) {
  fleet::AuditEntry out;
  out.number = row.integer(0);
  out.at = row.time(1);
  out.actor = row.text(2);
  out.action = row.text(3);
  out.subject = row.text(4);
  out.address = row.text(5);
  out.allowed = row.integer(6) != 0;
  out.detail = row.text(7);
  if (!row.is_null(8)) out.hash = TRY(row.block<32>(8));
  out.request = row.text(9);
  return out;
}

struct Head {
  std::int64_t number = 0;
  crypto::Digest hash{};
};
Result<Head> read_head(const Row& row) {
  Head out{.number = row.integer(0)};
  if (!row.is_null(1)) out.hash = TRY(row.block<32>(1));
  return out;
}

}  // namespace

Status SqliteChanges::audit(const fleet::AuditEntry& entry) {
  const auto head = TRY(database_.one(read_head, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"));
  const Head former = head.value_or(Head{});
  fleet::AuditEntry e = entry;
  e.number = former.number + 1;
  const crypto::Digest hash = fleet::audit_hash(former.hash, e);
  return database_.run(
      "INSERT INTO audit (number, at, actor, action, subject, address, allowed, detail, hash, request) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      e.number, e.at, e.actor, e.action, e.subject, e.address, static_cast<std::int64_t>(e.allowed), e.detail, hash,
      e.request);
}

Result<std::vector<fleet::AuditEntry>> read_audit(Database& database, std::int64_t after, std::int64_t size) {
  return database.list(read_entry,
                       "SELECT number, at, actor, action, subject, address, allowed, detail, hash, request FROM audit "
                       "WHERE number > ? ORDER BY number LIMIT ?",
                       after, size);
}

Result<std::vector<fleet::AuditEntry>> SqliteStore::audit(std::int64_t after, std::size_t size) {
  return read_audit(database_, after, static_cast<std::int64_t>(size));
}

}  // namespace signet::store
