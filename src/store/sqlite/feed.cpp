// Each workspace's feed: what happened in it, in order, for the integrations that wait for it.
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<std::int64_t> read_place(const Row& row) { return row.integer(0); }

struct Waiting {
  std::int64_t workspace;
  fleet::OutwardKind kind;
  std::int64_t end;
};
Result<Waiting> read_waiting(const Row& row) {
  return Waiting{row.integer(0), TRY(row.name(1, fleet::last_outward_kind)), row.integer(2)};
}

Result<fleet::Outward> read_line(const Row& row) {
  fleet::Outward line;
  line.number = row.integer(0);
  line.kind = TRY(row.name(1, fleet::last_outward_kind));
  line.device = TRY(row.id<DeviceId>(2));
  line.device_name = row.text(3);
  line.fleet = TRY(row.id<FleetId>(4));
  line.label = row.text(5);
  line.at = row.time(6);
  line.to_device = row.integer(7) != 0;
  line.payload = row.text(8);
  line.received_at = row.time(9);
  return line;
}

}  // namespace

Result<Feed*> SqliteChanges::feed_of(std::int64_t workspace) {
  if (!feeds_.loaded) {
    const auto waiting = TRY(database_.list(
        read_waiting,
        "SELECT DISTINCT workspace, kind, (SELECT coalesce(max(number), 0) FROM feed f WHERE f.workspace = i.workspace)"
        " FROM integrations i WHERE is_on = 1"));
    for (const Waiting& one : waiting) {
      Feed& feed = feeds_.all[one.workspace];
      feed.end = one.end;
      feed.wants.at(static_cast<std::size_t>(one.kind)) = true;
    }
    feeds_.loaded = true;
  }
  const auto found = feeds_.all.find(workspace);
  return found == feeds_.all.end() ? nullptr : &found->second;
}

Status SqliteChanges::add_to_feed(const fleet::Reading& reading, const NumberedDevice& of, Timestamp at) {
  Feed* const feed = TRY(feed_of(of.workspace));
  if (!feed || !feed->wants.front()) return {};
  return database_.run(
      "INSERT INTO feed (workspace, number, kind, device, label, at, to_device) VALUES (?, ?, 0, ?, ?, ?, 0)",
      of.workspace, ++feed->end, of.device, reading.tag, at);
}

Status SqliteChanges::add_event(const fleet::DeviceEvent& event) {
  const NumberedDevice of = TRY(numbers_of(event.device));
  Feed* const feed = TRY(feed_of(of.workspace));
  const auto kind = static_cast<std::size_t>(event.kind);
  if (!feed || !feed->wants.at(kind)) return {};
  return database_.run(
      "INSERT INTO feed (workspace, number, kind, device, label, at, to_device, payload) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      of.workspace, ++feed->end, static_cast<std::int64_t>(kind), of.device, event.type, event.at,
      static_cast<std::int64_t>(event.to_device), event.payload);
}

Status SqliteChanges::trim_feed(const WorkspaceId& workspace) {
  const auto of = TRY(database_.one(read_place, "SELECT number FROM workspaces WHERE id = ?", workspace));
  if (!of) return {};
  const auto end = TRY(database_.one(read_place, "SELECT coalesce(max(number), 0) FROM feed WHERE workspace = ?", *of));
  const auto first = TRY(database_.one(
      read_place, "SELECT coalesce(min(position), ?2) FROM integrations WHERE workspace = ?1 AND is_on = 1", *of,
      *end));
  return database_.run("DELETE FROM feed WHERE workspace = ? AND number < ?", *of, *first);
}

Result<fleet::FeedPage> SqliteStore::feed(const fleet::FeedQuery& query) {
  fleet::FeedPage out{{}, query.after};
  Cursor cursor = TRY(database_.ask(
      "SELECT l.number, l.kind, d.id, d.name, f.id, l.label, l.at, l.to_device, coalesce(l.payload, r.payload), "
      "r.received_at FROM feed l LEFT JOIN devices d ON d.number = l.device AND d.workspace = l.workspace "
      "AND d.removed = 0 "
      "LEFT JOIN fleets f ON f.number = d.fleet "
      "LEFT JOIN readings r ON l.payload IS NULL AND r.device = l.device AND r.tag = l.label AND r.device_time = l.at "
      "WHERE l.workspace = (SELECT number FROM workspaces WHERE id = ?) AND l.number > ? ORDER BY l.number LIMIT ?",
      query.workspace, query.after, static_cast<std::int64_t>(query.size)));
  std::size_t bytes = 0;
  while (bytes < query.bytes_max && TRY(cursor.step())) {
    const Row row = cursor.row();
    out.end = row.integer(0);
    if (row.is_null(2) || row.is_null(8)) continue;
    out.lines.push_back(TRY(read_line(row)));
    bytes += out.lines.back().payload.size();
  }
  return out;
}

Result<std::int64_t> SqliteStore::feed_end(const WorkspaceId& workspace) {
  const auto end = TRY(database_.one(
      read_place,
      "SELECT coalesce(max(number), 0) FROM feed WHERE workspace = (SELECT number FROM workspaces WHERE id = ?)",
      workspace));
  return end.value_or(0);
}

}  // namespace signet::store
