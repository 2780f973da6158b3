#include "store/sqlite/database.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace signet::store {
namespace {

constexpr int busy_millis = 200;  // another reader (an operator's shell) may hold the file for a moment

Errc code_of(int extended, int system_errno) {
  if (system_errno == ENOSPC || system_errno == EDQUOT) return Errc::exhausted;
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY: return Errc::conflict;
    case SQLITE_CONSTRAINT_NOTNULL:  // a sub-select found nothing to hang it on
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Errc::not_found;
    default: break;
  }
  switch (extended & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM: return Errc::exhausted;
    case SQLITE_TOOBIG: return Errc::too_large;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Errc::corrupt;
    default: return Errc::unavailable;  // busy, locked, read-only, an I/O error
  }
}

Error error_of(sqlite3* database) {
  const int extended = sqlite3_extended_errcode(database);
  const bool is_io = (extended & 0xff) == SQLITE_IOERR || (extended & 0xff) == SQLITE_CANTOPEN;
  const int system_errno = is_io ? sqlite3_system_errno(database) : 0;
  std::string what = "database: ";
  what += sqlite3_errmsg(database);
  if (system_errno != 0) what.append(" (").append(std::strerror(system_errno)).append(")");
  return {code_of(extended, system_errno), std::move(what)};
}

}  // namespace

bool Row::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Row::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string Row::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string{};
}
std::string_view Row::view(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes ? std::string_view{bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))} : "";
}
Buffer Row::blob(int column) const {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return bytes ? Buffer(bytes, bytes + sqlite3_column_bytes(statement_, column)) : Buffer{};
}
std::optional<Timestamp> Row::maybe_time(int column) const {
  return is_null(column) ? std::nullopt : std::optional{time(column)};
}

Cursor::~Cursor() {
  if (!statement_) return;
  if (owned_) {
    sqlite3_finalize(statement_);
  } else {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Status Cursor::bind(std::nullptr_t) {
  if (sqlite3_bind_null(statement_, next_++) != SQLITE_OK) return error_of(database_);
  return {};
}
Status Cursor::bind(std::int64_t value) {
  if (sqlite3_bind_int64(statement_, next_++, value) != SQLITE_OK) return error_of(database_);
  return {};
}
Status Cursor::bind(std::string_view value) {
  const char* data = value.data() ? value.data() : "";  // a null pointer would bind NULL
  if (sqlite3_bind_text64(statement_, next_++, data, value.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK) {
    return error_of(database_);
  }
  return {};
}
Status Cursor::bind(Bytes value) {
  const void* data = value.data() ? static_cast<const void*>(value.data()) : "";
  if (sqlite3_bind_blob64(statement_, next_++, data, value.size(), SQLITE_STATIC) != SQLITE_OK)
    return error_of(database_);
  return {};
}

Result<bool> Cursor::step() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: return error_of(database_);
  }
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }
void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
Database::~Database() { statements_.clear(); }

Result<Database> Database::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database out{handle};
  if (!handle) return Error{Errc::exhausted, "database: out of memory"};
  if (result != SQLITE_OK) return error_of(handle);
  sqlite3_busy_timeout(handle, busy_millis);
  return out;
}

Result<sqlite3_stmt*> Database::prepared(const char* literal) {
  const auto found = statements_.find(literal);
  if (found != statements_.end()) {
    ENSURE(!sqlite3_stmt_busy(found->second.get()));  // a statement may not ask for itself while it gives rows
    return found->second.get();
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), literal, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return error_of(handle_.get());
  }
  statements_.emplace(literal, statement);
  return statement;
}

Result<Cursor> Database::ask_once(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return error_of(handle_.get());
  }
  return Cursor{handle_.get(), statement, true};
}

Status Database::script(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(handle_.get());
  return {};
}

Result<std::int64_t> Database::number(const char* sql) {
  Cursor cursor = TRY(ask_once(sql));
  if (!TRY(cursor.step())) return 0;
  return cursor.row().integer(0);
}

Result<std::string> Database::text(const char* sql) {
  Cursor cursor = TRY(ask_once(sql));
  if (!TRY(cursor.step())) return std::string{};
  return cursor.row().text(0);
}

std::int64_t Database::changed_rows() const { return sqlite3_changes64(handle_.get()); }

std::int64_t Database::changed_rows_ever() const { return sqlite3_total_changes64(handle_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

std::uint64_t memory_of_sqlite() { return static_cast<std::uint64_t>(sqlite3_memory_used()); }

}  // namespace signet::store
