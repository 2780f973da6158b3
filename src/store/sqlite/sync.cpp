#include "store/sqlite/database.h"

#include <sqlite3.h>

namespace signet::store {

Status Database::sync_log() {
  sqlite3_file* log = nullptr;  // in WAL mode that is the WAL
  const int found = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  const auto failed = [](int why) {
    return Error{Errc::unavailable, std::string{"database: sync: "} + sqlite3_errstr(why)};
  };
  if (found != SQLITE_OK) return failed(found);
  if (!log || !log->pMethods) return {};  // nothing was written to it
  const int done = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (done != SQLITE_OK) return failed(done);
  return {};
}

}  // namespace signet::store
