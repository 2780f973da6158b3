#include "store/sqlite/lists.h"
#include "store/sqlite/store.h"

namespace signet::store {
namespace {

Result<fleet::Integration> read_integration(const Row& row) {
  fleet::Integration out;
  out.id = TRY(row.id<IntegrationId>(0)), out.workspace = TRY(row.id<WorkspaceId>(1));
  out.name = row.text(2), out.url = row.text(3);
  out.kind = TRY(row.name(4, fleet::last_outward_kind));
  for (const std::string& part : parts_of(row.text(5))) out.fleets.push_back(TRY(FleetId::parse(part)));
  out.tags = parts_of(row.text(6));
  out.token = row.text(7), out.secret = TRY(row.block<32>(8));
  out.is_on = row.integer(9) != 0, out.created_at = row.time(10);
  out.position = row.integer(11), out.failures = static_cast<unsigned>(row.integer(12));
  out.failing_since = row.maybe_time(13), out.retry_at = row.maybe_time(14), out.trouble = row.text(15);
  out.delivered_at = row.maybe_time(16), out.delivered = row.integer(17), out.dropped = row.integer(18);
  return out;
}

}  // namespace

Status SqliteChanges::add_integration(const fleet::Integration& i) {
  feeds_ = {};
  return database_.run(
      "INSERT INTO integrations (id, workspace, name, url, kind, fleets, tags, token, secret, is_on, created_at, "
      "position, failures, failing_since, retry_at, trouble, delivered_at, delivered, dropped) VALUES "
      "(?, (SELECT number FROM workspaces WHERE id = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      i.id, i.workspace, i.name, i.url, static_cast<std::int64_t>(i.kind), joined(i.fleets), joined(i.tags), i.token,
      Bytes{i.secret}, static_cast<std::int64_t>(i.is_on), i.created_at, i.position,
      static_cast<std::int64_t>(i.failures), i.failing_since, i.retry_at, i.trouble, i.delivered_at, i.delivered,
      i.dropped);
}

Status SqliteChanges::update_integration(const fleet::Integration& i) {
  feeds_ = {};
  TRY(database_.run(
      "UPDATE integrations SET name = ?, url = ?, fleets = ?, tags = ?, token = ?, secret = ?, is_on = ?, "
      "position = ?, failures = ?, failing_since = ?, retry_at = ?, trouble = ?, delivered_at = ?, delivered = ?, "
      "dropped = ? WHERE id = ?",
      i.name, i.url, joined(i.fleets), joined(i.tags), i.token, Bytes{i.secret}, static_cast<std::int64_t>(i.is_on),
      i.position, static_cast<std::int64_t>(i.failures), i.failing_since, i.retry_at, i.trouble, i.delivered_at,
      i.delivered, i.dropped, i.id));
  return must_change_one("integration");
}

Status SqliteChanges::remove_integration(const IntegrationId& id) {
  feeds_ = {};
  TRY(remove_dead_letters(id));
  return database_.run("DELETE FROM integrations WHERE id = ?", id);
}

Result<std::vector<fleet::Integration>> SqliteStore::integrations() {
  static const std::string query =
      "SELECT i.id, w.id, i.name, i.url, i.kind, i.fleets, i.tags, i.token, i.secret, i.is_on, i.created_at, "
      "i.position, i.failures, i.failing_since, i.retry_at, i.trouble, i.delivered_at, i.delivered, i.dropped "
      "FROM integrations i JOIN workspaces w ON w.number = i.workspace ORDER BY i.id";
  return database_.list(read_integration, query.c_str());
}

}  // namespace signet::store
