#include "store/sqlite/store.h"

#include <charconv>

namespace signet::store {
namespace {

std::string percents_text(const std::vector<unsigned>& waves) {
  std::string out;
  for (const unsigned percent : waves) out += (out.empty() ? "" : " ") + std::to_string(percent);
  return out;
}

std::vector<unsigned> percents_of(std::string_view text) {
  std::vector<unsigned> out;
  while (!text.empty()) {
    unsigned percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
    if (error != std::errc{}) break;
    out.push_back(percent);
    text.remove_prefix(std::min<std::size_t>(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  }
  return out;
}

std::optional<std::int64_t> maybe_number(const std::optional<unsigned>& value) {
  return value ? std::optional<std::int64_t>{*value} : std::nullopt;
}
std::optional<unsigned> maybe_minutes(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional{static_cast<unsigned>(row.integer(column))};
}

Result<fleet::Rollout> read_rollout(const Row& row) {
  fleet::Rollout out;
  out.id = TRY(row.id<fleet::RolloutId>(0)), out.workspace = TRY(row.id<WorkspaceId>(1));
  out.firmware = TRY(row.id<fleet::FirmwareId>(2)), out.version = row.text(3);
  out.plan.canaries = static_cast<unsigned>(row.integer(4)), out.plan.waves = percents_of(row.view(5));
  out.plan.soak = Seconds{row.integer(6)}, out.plan.failures_percent = static_cast<unsigned>(row.integer(7));
  out.plan.return_within = Seconds{row.integer(8)};
  out.plan.window_from = maybe_minutes(row, 9), out.plan.window_until = maybe_minutes(row, 10);
  out.status = TRY(row.name(11, fleet::last_rollout_status));
  out.wave = static_cast<unsigned>(row.integer(12)), out.waves = static_cast<unsigned>(row.integer(13));
  out.detail = row.text(14), out.created_at = row.time(15);
  out.wave_ended_at = row.maybe_time(16), out.finished_at = row.maybe_time(17);
  return out;
}

Result<fleet::RolloutCount> read_rollout_count(const Row& row) {
  const fleet::UpdateStatus status = TRY(row.name(1, fleet::last_update_status));
  return fleet::RolloutCount{static_cast<unsigned>(row.integer(0)), status, static_cast<std::size_t>(row.integer(2))};
}

}  // namespace

Status SqliteChanges::put_rollout(const fleet::Rollout& r) {
  const auto number = [](unsigned value) { return static_cast<std::int64_t>(value); };
  return database_.run(
      "INSERT INTO rollouts (id, workspace, firmware, version, canaries, percents, soak, failures_percent, "
      "return_within, window_from, window_until, status, wave, waves, detail, created_at, wave_ended_at, finished_at) "
      "VALUES (?, (SELECT number FROM workspaces WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (id) DO UPDATE SET failures_percent = excluded.failures_percent, status = excluded.status, wave = "
      "excluded.wave, waves = excluded.waves, "
      "detail = excluded.detail, wave_ended_at = excluded.wave_ended_at, finished_at = excluded.finished_at",
      r.id, r.workspace, r.firmware, r.version, number(r.plan.canaries), percents_text(r.plan.waves),
      static_cast<std::int64_t>(r.plan.soak.count()), number(r.plan.failures_percent),
      static_cast<std::int64_t>(r.plan.return_within.count()), maybe_number(r.plan.window_from),
      maybe_number(r.plan.window_until), static_cast<std::int64_t>(r.status), number(r.wave), number(r.waves), r.detail,
      r.created_at, r.wave_ended_at, r.finished_at);
}

Status SqliteChanges::remove_rollout(const fleet::RolloutId& id) {
  TRY(database_.run("UPDATE updates SET rollout = NULL WHERE rollout = ?", id));
  return database_.run("DELETE FROM rollouts WHERE id = ?", id);
}

Result<std::vector<fleet::Rollout>> SqliteStore::rollouts(const WorkspaceId& workspace) {
  return database_.list(read_rollout,
                        "SELECT r.id, w.id, r.firmware, r.version, r.canaries, r.percents, r.soak, r.failures_percent, "
                        "r.return_within, r.window_from, r.window_until, r.status, r.wave, r.waves, r.detail, "
                        "r.created_at, r.wave_ended_at, r.finished_at FROM rollouts r "
                        "JOIN workspaces w ON w.number = r.workspace WHERE w.id = ? ORDER BY r.id",
                        workspace);
}
Result<std::vector<fleet::Rollout>> SqliteStore::rollouts_running() {
  return database_.list(read_rollout,
                        "SELECT r.id, w.id, r.firmware, r.version, r.canaries, r.percents, r.soak, r.failures_percent, "
                        "r.return_within, r.window_from, r.window_until, r.status, r.wave, r.waves, r.detail, "
                        "r.created_at, r.wave_ended_at, r.finished_at FROM rollouts r "
                        "JOIN workspaces w ON w.number = r.workspace WHERE r.status = 0 ORDER BY r.id");
}
Result<std::optional<fleet::Rollout>> SqliteStore::rollout(const fleet::RolloutId& id) {
  return database_.one(read_rollout,
                       "SELECT r.id, w.id, r.firmware, r.version, r.canaries, r.percents, r.soak, r.failures_percent, "
                       "r.return_within, r.window_from, r.window_until, r.status, r.wave, r.waves, r.detail, "
                       "r.created_at, r.wave_ended_at, r.finished_at FROM rollouts r "
                       "JOIN workspaces w ON w.number = r.workspace WHERE r.id = ?",
                       id);
}
Result<std::vector<fleet::RolloutCount>> SqliteStore::rollout_counts(const fleet::RolloutId& id) {
  return database_.list(read_rollout_count,
                        "SELECT wave, status, count(*) FROM updates WHERE rollout = ? GROUP BY wave, status "
                        "ORDER BY wave, status",
                        id);
}

}  // namespace signet::store
