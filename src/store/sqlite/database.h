// database.h -- one SQLite connection: statements prepared once, values bound by type, result codes as our errors.
#pragma once

#include "base/ids.h"
#include "crypto/digest.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace signet::store {

// The present row of a running statement. Columns count from 0. Text and blobs are copied out, but by view().
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string_view view(int column) const;  // of a text, until the next step
  Buffer blob(int column) const;
  Timestamp time(int column) const { return from_epoch_micros(integer(column)); }
  std::optional<Timestamp> maybe_time(int column) const;

  // corrupt when the column does not hold one.
  template <class IdType>
  Result<IdType> id(int column) const {
    Result<IdType> parsed = IdType::parse(text(column));
    if (!parsed) return Error{Errc::corrupt, "the database holds " + parsed.error().what};
    return parsed;
  }
  template <class IdType>
  Result<std::optional<IdType>> maybe_id(int column) const {
    if (is_null(column)) return std::optional<IdType>{};
    return std::optional{TRY(id<IdType>(column))};
  }
  template <std::size_t N>
  Result<Block<N>> block(int column) const {
    const Buffer bytes = blob(column);
    if (bytes.size() != N) return Error{Errc::corrupt, "the database holds a blob of the wrong size"};
    Block<N> out;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
  }
  template <class Enum>
  Result<Enum> name(int column, Enum last) const {
    const std::int64_t number = integer(column);
    if (number < 0 || number > static_cast<std::int64_t>(last))
      return Error{Errc::corrupt, "the database holds an unknown number"};
    return static_cast<Enum>(number);
  }

 private:
  sqlite3_stmt* statement_;
};

// A prepared statement with its values bound; gives its rows one after the other and is ready for reuse afterwards.
class Cursor {
 public:
  Cursor(sqlite3* database, sqlite3_stmt* statement, bool owned)
      : database_(database), statement_(statement), owned_(owned) {}
  Cursor(Cursor&& other) noexcept
      : database_(other.database_),
        statement_(std::exchange(other.statement_, nullptr)),
        owned_(other.owned_),
        next_(other.next_) {}
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  // Values must outlive the cursor: nothing is copied.
  Status bind(std::nullptr_t);
  Status bind(std::int64_t value);
  Status bind(std::string_view value);
  Status bind(Bytes value);
  Status bind(Timestamp value) { return bind(epoch_micros(value)); }
  Status bind(const crypto::Digest& value) { return bind(Bytes{value}); }
  Status bind(const std::string& value) { return bind(std::string_view{value}); }
  Status bind(const char* value) { return bind(std::string_view{value}); }
  template <class Kind>
  Status bind(const Id<Kind>& value) {
    return bind(std::string_view{value.str()});
  }
  template <class T>
  Status bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(nullptr);
  }

  Result<bool> step();  // false: no further row
  Row row() const { return Row{statement_}; }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_;
  bool owned_;
  int next_ = 1;
};

class Database {
 public:
  static Result<Database> open(const std::string& path);
  Database(Database&&) noexcept = default;
  ~Database();

  // Literal SQL alone: prepared at its first use and kept.
  template <class... Values>
  Result<Cursor> ask(const char* literal, const Values&... values) {
    Cursor cursor{handle_.get(), TRY(prepared(literal)), false};
    TRY(bind_all(cursor, values...));
    return cursor;
  }
  template <class... Values>
  Status run(const char* literal, const Values&... values) {
    Cursor cursor = TRY(ask(literal, values...));
    while (TRY(cursor.step())) {
    }
    return {};
  }
  template <class T, class... Values>
  Result<std::vector<T>> list(Result<T> (*read)(const Row&), const char* literal, const Values&... values) {
    Cursor cursor = TRY(ask(literal, values...));
    std::vector<T> out;
    while (TRY(cursor.step())) out.push_back(TRY(read(cursor.row())));
    return out;
  }
  template <class T, class... Values>
  Result<std::optional<T>> one(Result<T> (*read)(const Row&), const char* literal, const Values&... values) {
    Cursor cursor = TRY(ask(literal, values...));
    if (!TRY(cursor.step())) return std::optional<T>{};
    return std::optional{TRY(read(cursor.row()))};
  }

  Result<Cursor> ask_once(const std::string& sql);  // not kept; bind next
  Status script(const char* sql);                   // several statements, no values
  Result<std::int64_t> number(const char* sql);     // one row, one column; 0 when there is none
  Result<std::string> text(const char* sql);        // the same; "" when there is none
  Status sync_log();                                // what was committed is safe from a power cut
  std::int64_t changed_rows() const;                // by the last statement
  std::int64_t changed_rows_ever() const;
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Result<sqlite3_stmt*> prepared(const char* literal);
  static Status bind_all(Cursor&) { return {}; }
  template <class First, class... Rest>
  static Status bind_all(Cursor& cursor, const First& first, const Rest&... rest) {
    TRY(cursor.bind(first));
    return bind_all(cursor, rest...);
  }

  std::unique_ptr<sqlite3, Close> handle_;  // closed last
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// Of all that SQLite has allocated in this program.
std::uint64_t memory_of_sqlite();

}  // namespace signet::store
