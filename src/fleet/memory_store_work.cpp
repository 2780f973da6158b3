// What the memory knows of jobs, conditions and sessions.
#include "fleet/memory_store_for_test.h"

#include <algorithm>

namespace signet::fleet {

Result<std::optional<Job>> MemoryStore_for_test::job(const JobId& id) {
  const auto found = now_.jobs.find(id);
  return found == now_.jobs.end() ? std::nullopt : std::optional{found->second};
}

Result<std::vector<Job>> MemoryStore_for_test::jobs(const JobQuery& query) {
  std::vector<Job> out;
  for (auto at = now_.jobs.rbegin(); at != now_.jobs.rend() && out.size() < query.size; ++at) {
    const Job& job = at->second;
    if (job.device != query.device || (query.before && job.id >= *query.before)) continue;
    if ((query.name.empty() || job.name == query.name) && (!query.status || job.status == *query.status)) {
      out.push_back(job);
    }
  }
  return out;
}

Result<std::vector<Job>> MemoryStore_for_test::jobs_to_tend(Timestamp now, std::size_t size) {
  std::vector<Job> out;
  for (const auto& [id, job] : now_.jobs) {
    const bool calls = (job.expires_at && *job.expires_at <= now) || (!job.told && job.due_at <= now);
    if (job.status == JobStatus::pending && calls && out.size() < size) out.push_back(job);
  }
  return out;
}

Result<std::optional<DeviceSession>> MemoryStore_for_test::session(const DeviceId& device) {
  const auto found = now_.sessions.find(device);
  if (damaged_ == device) {
    damaged_.reset();
    return Error{Errc::corrupt, "the memory was told to be damaged"};
  }
  return found == now_.sessions.end() ? std::nullopt : std::optional{found->second};
}
Result<std::vector<DueWill>> MemoryStore_for_test::wills_due(Timestamp now, std::size_t most) {
  std::vector<DueWill> out;
  for (const auto& [device, session] : now_.sessions) {
    if (session.will && session.will->due && *session.will->due <= now) out.push_back({device, *session.will});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.will.due < b.will.due; });
  if (out.size() > most) out.resize(most);
  return out;
}
Result<std::optional<Condition>> MemoryStore_for_test::condition(const DeviceId& device, std::string_view uuid) {
  const auto found = now_.conditions.find({device, std::string{uuid}});
  return found == now_.conditions.end() ? std::nullopt : std::optional{found->second};
}

Result<std::vector<ConditionRow>> MemoryStore_for_test::conditions(const ConditionQuery& query) {
  std::vector<ConditionRow> out;
  const DeviceQuery all{.workspace = query.workspace, .size = now_.devices.size()};
  for (const Device& device : devices(all).value()) {
    for (const auto& [key, one] : now_.conditions) {
      if (one.device != device.id || (query.device && one.device != *query.device)) continue;
      if (!query.tag.empty() && one.tag != query.tag) continue;
      if (query.open && *query.open == one.finish.has_value()) continue;
      if (one.finish.value_or(query.now) - one.start < query.longer_than) continue;
      if (query.before && one.number >= *query.before) continue;
      out.push_back({one, device.workspace, device.fleet, device.name});
    }
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.condition.number > b.condition.number; });
  if (out.size() > query.size) out.resize(query.size);
  return out;
}

}  // namespace signet::fleet
