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
  return out;
}

}  // namespace

Status SqliteChanges::audit(const fleet::AuditEntry& e) {
  return database_.run(
      "INSERT INTO audit (at, actor, action, subject, address, allowed, detail) VALUES (?, ?, ?, ?, ?, ?, ?)", e.at,
      e.actor, e.action, e.subject, e.address, static_cast<std::int64_t>(e.allowed), e.detail);
}

Result<std::vector<fleet::AuditEntry>> SqliteStore::audit(std::int64_t after, std::size_t size) {
  return database_.list(read_entry,
                        "SELECT number, at, actor, action, subject, address, allowed, detail FROM audit "
                        "WHERE number > ? ORDER BY number LIMIT ?",
                        after, static_cast<std::int64_t>(size));
}

}  // namespace signet::store
