#include "store/sqlite/backup.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/store.h"

#include <algorithm>

namespace signet::store {
namespace {

constexpr std::int64_t quick_check_bytes_max =
    64 * 1024 * 1024;  // about a tenth of a second; larger ones are checked as read

// Of a commit of readings from a thousand devices each touches a page of its own: they are to be found in memory, and
// written back to the file once for many commits. The log of that is a part of the room that the ingest keeps free.
constexpr int cache_kibibytes = 32 * 1024;
constexpr int checkpoint_pages = 8'000;  // 32 MB

// Before anything is written: is this a database, whole, and ours?
Status check_ours(Database& database) {
  const std::int64_t schema = TRY(database.number("SELECT count(*) FROM sqlite_schema"));
  const std::int64_t id = TRY(database.number("PRAGMA application_id"));
  if (id == 0 && schema == 0)
    return database.script(("PRAGMA application_id = " + std::to_string(application_id)).c_str());
  if (id != application_id) return Error{Errc::corrupt, "it is a SQLite database, but not one of Signet"};

  const std::int64_t pages = TRY(database.number("PRAGMA page_count"));
  const std::int64_t page_bytes = TRY(database.number("PRAGMA page_size"));
  if (pages * page_bytes > quick_check_bytes_max) return {};
  if (TRY(database.text("PRAGMA quick_check(1)")) != "ok") {
    return Error{Errc::corrupt, "it is damaged: restore a backup (the file was left as it is)"};
  }
  return {};
}

Status set_up(Database& database, const SqliteLimits& limits) {
  TRY(check_ours(database));
  if (TRY(database.text("PRAGMA journal_mode = WAL")) != "wal") {
    return Error{Errc::unavailable, "it lies on a file system without shared memory, which WAL needs"};
  }
  TRY(
      database.script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                      "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON"));
  TRY(database.number(("PRAGMA wal_autocheckpoint = " + std::to_string(checkpoint_pages)).c_str()));
  TRY(database.script(("PRAGMA cache_size = -" + std::to_string(cache_kibibytes)).c_str()));
  if (limits.bytes_max > 0) {
    const std::int64_t page_bytes = TRY(database.number("PRAGMA page_size"));
    const std::uint64_t pages = limits.bytes_max / static_cast<std::uint64_t>(page_bytes);
    TRY(database.number(("PRAGMA max_page_count = " + std::to_string(pages)).c_str()));
  }
  return {};
}

// One of an older Signet is kept as it was, beside what becomes of it.
Status keep_former(Database& database, const std::string& path) {
  const std::int64_t version = TRY(database.number("PRAGMA user_version"));
  if (version == 0 || version >= static_cast<std::int64_t>(migrations().size())) return {};
  const std::string former = path + ".schema-" + std::to_string(version);
  if (file_exists(former)) return {};
  Status kept = backup_sqlite(path, former);
  if (!kept) return std::move(kept).error().within("copy it to " + former + " before it is brought up to date");
  return {};
}

}  // namespace

Result<std::unique_ptr<fleet::Store>> open_sqlite(const std::string& path, const SqliteLimits& limits) {
  const auto named = [&](Error error) { return std::move(error).within("open " + path); };
  Result<Fd> lock = lock_file(path + ".lock");
  if (!lock) return named(std::move(lock).error());
  if (!file_exists(path)) {  // made here, for SQLite would let everybody read it
    Status made = write_file_atomic(path, {}, 0600);
    if (!made) return named(std::move(made).error());
  }
  Result<Database> database = Database::open(path);
  if (!database) return named(std::move(database).error());
  Database opened = std::move(database).value();
  const auto set_up_all = [&]() -> Status {
    TRY(set_up(opened, limits));
    TRY(keep_former(opened, path));
    return migrate(opened);
  };
  const Status ready = set_up_all();
  if (!ready) return named(Error{ready.error()});
  return std::unique_ptr<fleet::Store>{
      std::make_unique<SqliteStore>(std::move(lock).value(), std::move(opened), limits.page_bytes_max)};
}

Status SqliteStore::commit(const std::function<Status(fleet::Changes&)>& act) {
  const auto begun = std::chrono::steady_clock::now();
  const Status done = transact(act);
  measure(std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - begun), done);
  return done;
}

// What an act refused by itself is no failure of the store.
void SqliteStore::measure(Micros took, const Status& done) {
  if (!done) {
    const Errc code = done.error().code;
    figures_.failures += code == Errc::exhausted || code == Errc::unavailable || code == Errc::corrupt ? 1 : 0;
    return;
  }
  const auto bound = std::lower_bound(fleet::commit_time_bounds.begin(), fleet::commit_time_bounds.end(), took);
  ++figures_.commits_by_time.at(static_cast<std::size_t>(bound - fleet::commit_time_bounds.begin()));
  figures_.commit_time += took;
}

fleet::StoreFigures SqliteStore::figures() const {
  fleet::StoreFigures out = figures_;
  out.memory_bytes = memory_of_sqlite();
  return out;
}

Status SqliteStore::transact(const std::function<Status(fleet::Changes&)>& act) {
  ENSURE(!changing_);
  TRY(database_.run("BEGIN IMMEDIATE"));
  changing_ = true;
  SqliteChanges changes{database_, known_};
  Status status = act(changes);
  if (status) status = database_.run("COMMIT");
  changing_ = false;
  if (!status) known_ = {};  // it may hold what is not there now
  // A full disk may have rolled back by itself; anything else still stands open.
  if (!status && database_.in_transaction()) {
    const Status undone = database_.run("ROLLBACK");
    ENSURE(undone || !database_.in_transaction());  // going on would mix this act into the next
  }
  if (!status && status.error().code == Errc::exhausted) {
    // The file may have the room that the log was refused: what is in it can go there, and it begins anew.
    static_cast<void>(database_.script("PRAGMA wal_checkpoint(PASSIVE)"));
  }
  return status;
}

// A sync of the WAL takes with it what was written before; an act that wrote nothing has none.
Status SqliteStore::change(const std::function<Status(fleet::Changes&)>& act) {
  const std::int64_t before = database_.changed_rows_ever();
  TRY(commit(act));
  if (database_.changed_rows_ever() != before) unsettled_ = false;
  return {};
}

// In WAL mode NORMAL is FULL without the sync after each commit: a reader after a power cut finds a prefix of the
// commits, each of them whole.
Status SqliteStore::change_soon(const std::function<Status(fleet::Changes&)>& act) {
  ENSURE(!changing_);
  TRY(database_.script("PRAGMA synchronous = NORMAL"));
  Status done = commit(act);
  ENSURE(database_.script("PRAGMA synchronous = FULL"));  // going on would break what change() promises
  unsettled_ = unsettled_ || done;
  return done;
}

Status SqliteStore::settle() {
  if (!unsettled_) return {};
  TRY(database_.sync_log());
  unsettled_ = false;
  return {};
}

Status SqliteChanges::must_change_one(std::string_view what) {
  if (database_.changed_rows() > 0) return {};
  return Error{Errc::not_found, "no such " + std::string{what}};
}

}  // namespace signet::store
