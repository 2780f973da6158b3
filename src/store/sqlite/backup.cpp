#include "store/sqlite/backup.h"

#include "base/port/file.h"
#include "fleet/audit_chain.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

constexpr std::int64_t audit_page = 1000;
constexpr std::size_t faults_told = 20;
constexpr std::size_t others_told = 100;

Result<Database> open_ours(const std::string& path) {
  if (!file_exists(path)) return Error{Errc::not_found, "there is no " + path};
  Database database = TRY(Database::open(path));
  const Result<std::int64_t> id = database.number("PRAGMA application_id");
  if (!id) return Error{id.error()}.within(path);
  if (id.value() != application_id) return Error{Errc::corrupt, path + " is not a database of Signet"};
  return database;
}

Result<std::string> first_text(const Row& row) { return row.text(0); }

Result<std::string> orphan(const Row& row) {
  return "a row of " + row.text(0) + " refers to " + row.text(2) + ", where there is none";
}

Result<fleet::KeptImage> read_kept(const Row& row) {
  const crypto::Digest sha256 = TRY(row.block<32>(0));
  const fleet::FirmwareId firmware = TRY(row.id<fleet::FirmwareId>(2));
  return fleet::KeptImage{sha256, static_cast<std::uint64_t>(row.integer(1)), firmware, row.text(3)};
}

// The audit's entries, read page by page: there may be millions.
Status check_audit(Database& database, CheckedStore& out) {
  crypto::Digest former{};
  bool chained = false;
  std::int64_t last = 0;
  while (true) {
    const auto page = TRY(read_audit(database, last, audit_page));
    for (const fleet::AuditEntry& entry : page) {
      const bool follows = entry.number == ++last && (entry.hash.has_value() || !chained);
      if (entry.hash) former = fleet::audit_hash(former, entry);
      if (!follows || (entry.hash && *entry.hash != former)) {
        out.faults.push_back("the audit's entry " + std::to_string(entry.number) +
                             " does not follow the one before it: it or that one was changed, removed or moved");
        return {};
      }
      chained = chained || entry.hash;
    }
    out.audit_entries = last;
    if (page.size() < static_cast<std::size_t>(audit_page)) return {};
  }
}

}  // namespace

Status backup_sqlite(const std::string& from, const std::string& to) {
  Database database = TRY(open_ours(from));
  TRY(create_file_atomic(to, {}, 0600));  // SQLite would let others read what it makes; it fills an empty file
  Cursor into = TRY(database.ask_once("VACUUM INTO ?"));
  Status done = into.bind(std::string_view{to});
  if (done) {
    const Result<bool> stepped = into.step();
    if (!stepped) done = stepped.error();
  }
  if (done) {
    Database copy = TRY(Database::open(to));
    done = copy.script("PRAGMA synchronous = EXTRA; DELETE FROM log_positions");
  }
  if (!done) TRY(remove_file(to));
  return done;
}

Result<CheckedStore> check_sqlite(const std::string& path) {
  Database database = TRY(open_ours(path));
  TRY(database.script("PRAGMA query_only = ON; PRAGMA cell_size_check = ON"));
  CheckedStore out;
  out.schema = TRY(database.number("PRAGMA user_version"));
  static const std::string whole = "PRAGMA integrity_check(" + std::to_string(faults_told) + ")";
  const auto found = database.list(first_text, whole.c_str());
  if (!found) return Error{found.error()}.within(path);
  for (const std::string& fault : found.value()) {
    if (fault != "ok") out.faults.push_back(fault);
  }
  if (!out.faults.empty()) return out;  // what else it holds cannot be believed
  out.faults = TRY(database.list(orphan, "PRAGMA foreign_key_check"));
  if (out.faults.size() > faults_told) out.faults.resize(faults_told);
  if (out.schema < static_cast<std::int64_t>(migrations().size())) {
    out.faults.push_back("it is of an older Signet (schema " + std::to_string(out.schema) +
                         "): the next start brings it up to date");
    return out;
  }
  out.devices = TRY(database.number("SELECT count(*) FROM devices WHERE removed = 0"));
  out.readings = TRY(database.number("SELECT count(*) FROM readings"));
  TRY(check_audit(database, out));
  return out;
}

Result<std::vector<fleet::KeptImage>> images_of(const std::string& path) {
  Database database = TRY(open_ours(path));
  return database.list(read_kept,
                       "SELECT sha256, min(size), min(firmware), version FROM firmware_images GROUP BY sha256 "
                       "ORDER BY firmware, version");
}

Result<Trusting> devices_that_trust(const std::string& path, std::string_view ca) {
  Database database = TRY(open_ours(path));
  TRY(database.script("PRAGMA query_only = ON"));
  Cursor each = TRY(database.ask_once(
      "SELECT d.id, coalesce(instr(t.value, ?1), 0) FROM devices d "
      "LEFT JOIN twin t ON t.device = d.number AND t.side = 0 AND t.key = '__ca' WHERE d.removed = 0 "
      "AND EXISTS (SELECT 1 FROM identities WHERE device = d.number AND state = 1) ORDER BY d.number"));
  TRY(each.bind(ca));
  Trusting out;
  while (TRY(each.step())) {
    ++out.devices;
    if (each.row().integer(1) > 0)
      ++out.trusting;
    else if (out.others.size() < others_told)
      out.others.push_back(TRY(each.row().id<DeviceId>(0)).str());
  }
  return out;
}

}  // namespace signet::store
