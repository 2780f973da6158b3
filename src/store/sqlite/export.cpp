#include "store/sqlite/lists.h"
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Export> read_export(const Row& row) {
  fleet::Export out;
  out.id = TRY(row.id<fleet::ExportId>(0)), out.workspace = TRY(row.id<WorkspaceId>(1)), out.name = row.text(2);
  out.format = TRY(row.name(3, fleet::ExportFormat::jsonl));
  out.schedule.hour = static_cast<unsigned>(row.integer(4));
  if (!row.is_null(5)) out.schedule.weekday = static_cast<unsigned>(row.integer(5));
  for (const std::string& part : parts_of(row.text(6))) out.fleets.push_back(TRY(FleetId::parse(part)));
  out.tags = parts_of(row.text(7));
  out.is_on = row.integer(8) != 0, out.created_at = row.time(9), out.covered = row.time(10), out.due_at = row.time(11);
  out.made_at = row.maybe_time(12), out.trouble = row.text(13);
  return out;
}

}  // namespace

Status SqliteChanges::put_export(const fleet::Export& e) {
  std::optional<std::int64_t> weekday;
  if (e.schedule.weekday) weekday = *e.schedule.weekday;
  return database_.run(
      "INSERT INTO exports (id, workspace, name, format, hour, weekday, fleets, tags, is_on, created_at, covered, "
      "due_at, made_at, trouble) VALUES (?, (SELECT number FROM workspaces WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, "
      "?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, hour = excluded.hour, weekday = excluded.weekday, "
      "fleets = excluded.fleets, tags = excluded.tags, is_on = excluded.is_on, covered = excluded.covered, "
      "due_at = excluded.due_at, made_at = excluded.made_at, trouble = excluded.trouble",
      e.id, e.workspace, e.name, static_cast<std::int64_t>(e.format), static_cast<std::int64_t>(e.schedule.hour),
      weekday, joined(e.fleets), joined(e.tags), static_cast<std::int64_t>(e.is_on), e.created_at, e.covered, e.due_at,
      e.made_at, e.trouble);
}

Status SqliteChanges::remove_export(const fleet::ExportId& id) {
  return database_.run("DELETE FROM exports WHERE id = ?", id);
}

Result<std::vector<fleet::Export>> SqliteStore::exports() {
  return database_.list(read_export,
                        "SELECT e.id, w.id, e.name, e.format, e.hour, e.weekday, e.fleets, e.tags, e.is_on, "
                        "e.created_at, e.covered, e.due_at, e.made_at, e.trouble FROM exports e "
                        "JOIN workspaces w ON w.number = e.workspace ORDER BY e.id");
}

}  // namespace signet::store
