#include "store/sqlite/store.h"

#include <algorithm>

namespace signet::store {
namespace {

constexpr std::size_t device_numbers_max = 65'536;  // then they are looked up anew

Result<NumberedDevice> read_numbers(const Row& row) { return NumberedDevice{row.integer(0), row.integer(1)}; }
Result<bool> read_true(const Row&) { return true; }
Result<std::int64_t> read_position(const Row& row) { return row.integer(0); }

}  // namespace

Result<NumberedDevice> SqliteChanges::numbers_of(const DeviceId& device) {
  const auto known = devices_.find(device.str());
  if (known != devices_.end()) return known->second;
  const auto found = TRY(database_.one(read_numbers, "SELECT number, workspace FROM devices WHERE id = ?", device));
  if (!found) return Error{Errc::not_found, "no device " + device.str()};
  if (devices_.size() == device_numbers_max) devices_.clear();
  devices_.emplace(device.str(), *found);
  return *found;
}

Result<bool> SqliteChanges::has_reading(const NumberedDevice& of, std::string_view tag, Timestamp at) {
  const auto found = TRY(database_.one(
      read_true, "SELECT 1 FROM readings WHERE device = ? AND tag = ? AND device_time = ?", of.device, tag, at));
  return found.has_value();
}

Status SqliteChanges::insert(const fleet::Reading& r, const NumberedDevice& of) {
  const auto at_time = [&](Timestamp at) {
    return database_.run(
        "INSERT INTO readings (device, tag, device_time, received_at, workspace, payload) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        of.device, r.tag, at, r.received_at, of.workspace, r.payload);
  };
  TRY(at_time(r.device_time));
  if (database_.changed_rows() > 0) return add_to_feed(r, of, r.device_time);
  if (!r.arrival_stamped) return {};
  // Doubling: a device that filled the next hours with its own times must not make us look at each of them.
  Timestamp at = r.device_time;
  for (Micros step{1}; TRY(has_reading(of, r.tag, at)); step *= 2) at += step;
  TRY(at_time(at));
  return add_to_feed(r, of, at);
}

// In the order of the table's key, so that neighbours fall on one page. What came first stays first.
Status SqliteChanges::append(std::span<const fleet::Reading> readings) {
  std::vector<std::pair<NumberedDevice, const fleet::Reading*>> sorted;
  sorted.reserve(readings.size());
  for (const fleet::Reading& reading : readings) sorted.emplace_back(TRY(numbers_of(reading.device)), &reading);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first.device, a.second->tag, a.second->device_time) <
           std::tie(b.first.device, b.second->tag, b.second->device_time);
  });
  for (const auto& [numbers, reading] : sorted) TRY(insert(*reading, numbers));
  return {};
}

Status SqliteChanges::set_log_position(std::string_view log, std::uint64_t position) {
  return database_.run("INSERT OR REPLACE INTO log_positions (log, position) VALUES (?, ?)", log,
                       static_cast<std::int64_t>(position));
}

Result<std::uint64_t> SqliteStore::log_position(std::string_view log) {
  const auto found = TRY(database_.one(read_position, "SELECT position FROM log_positions WHERE log = ?", log));
  return static_cast<std::uint64_t>(found.value_or(0));
}

}  // namespace signet::store
