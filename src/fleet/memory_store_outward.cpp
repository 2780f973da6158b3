// What goes out: integrations, and the feeds that they read.
#include "fleet/memory_outward_for_test.h"

#include <algorithm>

namespace signet::fleet {

Status MemoryOutwardChanges::add_integration(const Integration& integration) {
  if (!find_id(now_.workspaces, integration.workspace)) return missing("workspace");
  return now_.integrations.emplace(integration.id, integration).second ? Status{} : already("integration");
}

Status MemoryOutwardChanges::update_integration(const Integration& integration) {
  const auto found = now_.integrations.find(integration.id);
  if (found == now_.integrations.end()) return missing("integration");
  found->second = integration;
  return {};
}

Status MemoryOutwardChanges::remove_integration(const IntegrationId& id) {
  now_.integrations.erase(id);
  return remove_dead_letters(id);
}

Status MemoryOutwardChanges::put_export(const Export& one) {
  if (!find_id(now_.workspaces, one.workspace)) return missing("workspace");
  now_.exports[one.id] = one;
  return {};
}

Status MemoryOutwardChanges::remove_export(const ExportId& id) {
  now_.exports.erase(id);
  return {};
}

Status MemoryOutwardChanges::put_dead_letter(const DeadLetter& letter) {
  if (!now_.integrations.contains(letter.integration)) return missing("integration");
  const std::int64_t number = letter.number == 0 ? ++now_.dead_letter_number : letter.number;
  DeadLetter& kept = now_.dead_letters[number];
  kept = letter;
  kept.number = number;
  return {};
}

Status MemoryOutwardChanges::remove_dead_letter(const IntegrationId& of, std::int64_t number) {
  std::erase_if(now_.dead_letters,
                [&](const auto& one) { return one.first == number && one.second.integration == of; });
  return {};
}

Status MemoryOutwardChanges::remove_dead_letters(const IntegrationId& of) { return remove_old_dead_letters(of, 0, 0); }
Status MemoryOutwardChanges::remove_old_dead_letters(const IntegrationId& of, std::size_t keep, std::size_t bytes_max) {
  std::size_t count = 0, bytes = 0;
  for (auto at = now_.dead_letters.end(); at != now_.dead_letters.begin();) {
    if ((--at)->second.integration != of) continue;
    bytes += at->second.body.size();
    if (++count > keep || bytes > bytes_max) at = now_.dead_letters.erase(at);
  }
  return {};
}

Status MemoryOutwardChanges::add_event(const DeviceEvent& event) {
  if (!find_id(now_.devices, event.device)) return missing("device");
  Outward line{.kind = event.kind, .device = event.device, .label = event.type};
  line.to_device = event.to_device, line.at = event.at, line.payload = event.payload;
  feed(std::move(line));
  return {};
}

Status MemoryOutwardChanges::trim_feed(const WorkspaceId& workspace) {
  auto& lines = now_.feeds[workspace];
  if (lines.empty()) return {};
  std::int64_t first = lines.rbegin()->first;
  for (const auto& [id, one] : now_.integrations) {
    if (one.workspace == workspace && one.is_on) first = std::min(first, one.position);
  }
  lines.erase(lines.begin(), lines.lower_bound(first));
  return {};
}

void MemoryOutwardChanges::feed(Outward line) {
  const WorkspaceId workspace = find_id(now_.devices, line.device)->workspace;
  for (const auto& [id, one] : now_.integrations) {
    if (one.workspace != workspace || !one.is_on || one.kind != line.kind) continue;
    auto& lines = now_.feeds[workspace];
    line.number = lines.empty() ? 1 : lines.rbegin()->first + 1;
    lines.emplace(line.number, std::move(line));
    return;
  }
}

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

Result<std::vector<Export>> MemoryStore_for_test::exports() {
  std::vector<Export> out;
  for (const auto& [id, one] : now_.exports) out.push_back(one);
  return out;
}
Result<std::vector<DeadLetter>> MemoryStore_for_test::dead_letters(const IntegrationId& of, std::int64_t after,
                                                                   std::size_t size) {
  std::vector<DeadLetter> out;
  for (auto at = now_.dead_letters.upper_bound(after); at != now_.dead_letters.end() && out.size() < size; ++at) {
    if (at->second.integration == of) out.push_back(at->second);
  }
  return out;
}
Result<std::size_t> MemoryStore_for_test::dead_letter_count(const IntegrationId& of) {
  return TRY(dead_letters(of, 0, now_.dead_letters.size())).size();
}

}  // namespace signet::fleet
