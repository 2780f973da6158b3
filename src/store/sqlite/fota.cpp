#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Update> read_update(const Row& row) {
  fleet::Update out;
  out.id = TRY(row.id<fleet::UpdateId>(0)), out.device = TRY(row.id<DeviceId>(1));
  out.firmware = TRY(row.id<fleet::FirmwareId>(2)), out.version = row.text(3);
  out.status = TRY(row.name(4, fleet::last_update_status));
  out.scheduled_at = row.time(5), out.told_at = row.maybe_time(6), out.progress = row.text(7);
  out.percent = {static_cast<unsigned>(row.integer(8)), static_cast<unsigned>(row.integer(9))};
  out.progress_at = row.maybe_time(10), out.finished_at = row.maybe_time(11), out.detail = row.text(12);
  out.rollout = TRY(row.maybe_id<fleet::RolloutId>(13)), out.wave = static_cast<unsigned>(row.integer(14));
  return out;
}

Result<bool> read_there(const Row&) { return true; }

}  // namespace

Status SqliteChanges::put_update(const fleet::Update& u) {
  const NumberedDevice device = TRY(numbers_of(u.device));
  return database_.run(
      "INSERT INTO updates (id, device, firmware, version, status, scheduled_at, told_at, progress, os_percent, "
      "application_percent, progress_at, finished_at, detail, rollout, wave) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, told_at = excluded.told_at, "
      "progress = excluded.progress, os_percent = excluded.os_percent, "
      "application_percent = excluded.application_percent, progress_at = excluded.progress_at, "
      "finished_at = excluded.finished_at, detail = excluded.detail",
      u.id, device.device, u.firmware, u.version, static_cast<std::int64_t>(u.status), u.scheduled_at, u.told_at,
      u.progress, static_cast<std::int64_t>(u.percent[0]), static_cast<std::int64_t>(u.percent[1]), u.progress_at,
      u.finished_at, u.detail, u.rollout, static_cast<std::int64_t>(u.wave));
}

Status SqliteChanges::remove_old_updates(const DeviceId& device, std::size_t keep) {
  return database_.run(
      "DELETE FROM updates WHERE id IN (SELECT id FROM updates WHERE device = (SELECT number FROM devices WHERE id = "
      "?) AND status > 1 ORDER BY id DESC LIMIT -1 OFFSET ?)",
      device, static_cast<std::int64_t>(keep));
}

// By device or by rollout along an index of its own; each is asked for by one of them.
Result<std::vector<fleet::Update>> SqliteStore::updates(const fleet::UpdateQuery& query) {
  const std::int64_t status = query.status ? static_cast<std::int64_t>(*query.status) : -1;
  const std::int64_t wave = query.wave ? static_cast<std::int64_t>(*query.wave) : -1;
  const std::string before = query.before ? query.before->str() : "", device = query.device ? query.device->str() : "";
  const auto size = static_cast<std::int64_t>(query.size);
  if (query.rollout) {
    return database_.list(read_update,
                          "SELECT u.id, d.id, u.firmware, u.version, u.status, u.scheduled_at, u.told_at, u.progress, "
                          "u.os_percent, u.application_percent, u.progress_at, u.finished_at, u.detail, u.rollout, "
                          "u.wave FROM updates u JOIN devices d ON d.number = u.device WHERE u.rollout = ?1 AND "
                          "(?2 = '' OR d.id = ?2) AND (?3 < 0 OR u.status = ?3) AND (?4 < 0 OR u.wave = ?4) AND "
                          "(?5 = '' OR u.id < ?5) ORDER BY u.id DESC LIMIT ?6",
                          *query.rollout, device, status, wave, before, size);
  }
  return database_.list(read_update,
                        "SELECT u.id, d.id, u.firmware, u.version, u.status, u.scheduled_at, u.told_at, u.progress, "
                        "u.os_percent, u.application_percent, u.progress_at, u.finished_at, u.detail, u.rollout, "
                        "u.wave FROM devices d JOIN updates u ON u.device = d.number WHERE (?1 = '' OR d.id = ?1) AND "
                        "(?2 < 0 OR u.status = ?2) AND (?3 < 0 OR u.wave = ?3) AND (?4 = '' OR u.id < ?4) "
                        "ORDER BY u.id DESC LIMIT ?5",
                        device, status, wave, before, size);
}

Result<bool> SqliteStore::is_wanted(const fleet::FirmwareId& firmware, std::string_view version) {
  return TRY(database_.one(read_there,
                           "SELECT 1 FROM updates WHERE firmware = ? AND version = ? AND status <= 1 LIMIT 1", firmware,
                           version))
      .has_value();
}

}  // namespace signet::store
