#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::TwinEntry> read_entry(const Row& row) {
  return fleet::TwinEntry{row.text(0), row.integer(1), row.text(2)};
}

constexpr const char* side_of_device =
    "SELECT t.key, t.millis, t.value FROM twin t JOIN devices d ON d.number = t.device "
    "WHERE d.id = ? AND t.side = ? ORDER BY t.key";

}  // namespace

Status SqliteChanges::put_twin(const DeviceId& device, fleet::TwinSide side, const fleet::TwinEntry& entry) {
  return database_.run(
      "INSERT OR REPLACE INTO twin (device, side, key, millis, value) "
      "VALUES ((SELECT number FROM devices WHERE id = ?), ?, ?, ?, ?)",
      device, static_cast<std::int64_t>(side), entry.key, entry.millis, entry.value);
}
Status SqliteChanges::erase_twin(const DeviceId& device, fleet::TwinSide side, std::string_view key) {
  return database_.run(
      "DELETE FROM twin WHERE device = (SELECT number FROM devices WHERE id = ?) AND side = ? AND key = ?", device,
      static_cast<std::int64_t>(side), key);
}

Result<fleet::Twin> SqliteStore::twin(const DeviceId& device) {
  fleet::Twin out;
  out.current =
      TRY(database_.list(read_entry, side_of_device, device, static_cast<std::int64_t>(fleet::TwinSide::current)));
  out.expected =
      TRY(database_.list(read_entry, side_of_device, device, static_cast<std::int64_t>(fleet::TwinSide::expected)));
  return out;
}

}  // namespace signet::store
