// Readings for a thread that has a connection of its own.
#include "store/sqlite/sqlite.h"
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

class SqliteReadings final : public fleet::Readings {
 public:
  SqliteReadings(Database database, const ReadingLimits& limits) : database_(std::move(database)), limits_(limits) {}

  Result<std::vector<fleet::DataRow>> data(const fleet::DataQuery& query) override {
    return page_of_readings(database_, query, limits_);
  }
  Status scan(const fleet::DataQuery& query, const fleet::TakeReading& take) override {
    return scan_readings(database_, query, limits_, take);
  }

 private:
  Database database_;
  ReadingLimits limits_;
};

constexpr const char* settings =
    "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
    "PRAGMA cache_size = -8192";

}  // namespace

Result<std::unique_ptr<fleet::Readings>> open_sqlite_readings(const std::string& path, const SqliteLimits& limits,
                                                              Micros time_max) {
  Result<Database> database = Database::open(path);
  if (!database) return std::move(database).error().within("open " + path + " to read");
  Database opened = std::move(database).value();
  TRY(opened.script(settings));
  return std::unique_ptr<fleet::Readings>{
      std::make_unique<SqliteReadings>(std::move(opened), ReadingLimits{limits.page_bytes_max, time_max})};
}

}  // namespace signet::store
