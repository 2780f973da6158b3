// What goes out: integrations, and the feeds that they read.
#include "fleet/memory_store_for_test.h"

#include <algorithm>

namespace signet::fleet {

Result<std::size_t> MemoryStore_for_test::pending_jobs() {
  return static_cast<std::size_t>(std::count_if(
      now_.jobs.begin(), now_.jobs.end(), [](const auto& one) { return one.second.status == JobStatus::pending; }));
}
Result<std::vector<Integration>> MemoryStore_for_test::integrations() {
  std::vector<Integration> out;
  for (const auto& [id, one] : now_.integrations) out.push_back(one);
  return out;
}
Result<FeedPage> MemoryStore_for_test::feed(const FeedQuery& query) {
  FeedPage out{{}, query.after};
  const auto& lines = now_.feeds[query.workspace];
  std::size_t bytes = 0, looked = 0;
  for (auto at = lines.upper_bound(query.after); at != lines.end(); ++at) {
    if (looked++ == query.size || bytes >= query.bytes_max) break;
    Outward line = at->second;
    out.end = line.number;
    const auto device = std::find_if(now_.devices.begin(), now_.devices.end(), [&](const Device& one) {
      return one.id == line.device && one.workspace == query.workspace;
    });
    if (device == now_.devices.end()) continue;
    line.fleet = device->fleet, line.device_name = device->name;
    if (line.kind == OutwardKind::data) {
      const auto reading = now_.readings.find({line.at, line.device, line.label});
      if (reading == now_.readings.end()) continue;
      line.payload = reading->second.payload, line.received_at = reading->second.received_at;
    }
    bytes += line.payload.size();
    out.lines.push_back(std::move(line));
  }
  return out;
}
Result<std::int64_t> MemoryStore_for_test::feed_end(const WorkspaceId& workspace) {
  const auto& lines = now_.feeds[workspace];
  return lines.empty() ? 0 : lines.rbegin()->first;
}

}  // namespace signet::fleet
