#include "fleet/memory_house_for_test.h"

#include "fleet/audit_chain.h"

#include <algorithm>

namespace signet::fleet {
namespace {

using Contents = MemoryStore_for_test::Contents;

void leave(DeviceSession& session, Timestamp at) {
  session.ends_at = at + session.lifetime;
  if (session.will) session.will->due = at + std::min(session.will->delay, session.lifetime);
}

bool wanted(const auto& list, const auto& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

class MemoryChanges final : public MemoryHouseChanges {
 public:
  using MemoryHouseChanges::MemoryHouseChanges;

  Status add_workspace(const Workspace& workspace) override {
    if (find_id(now_.workspaces, workspace.id)) return already("workspace");
    if (!has_account(workspace.account)) return missing("account");
    now_.workspaces.push_back(workspace);
    return put_member(workspace.id, workspace.account, Role::owner, workspace.created_at);
  }
  Status add_fleet(const FleetGroup& fleet) override {
    if (find_id(now_.fleets, fleet.id)) return already("fleet");
    if (!find_id(now_.workspaces, fleet.workspace)) return missing("workspace");
    now_.fleets.push_back(fleet);
    return {};
  }
  Status add_device(const Device& device) override {
    if (find_id(now_.devices, device.id)) return already("device");
    if (!find_id(now_.workspaces, device.workspace)) return missing("workspace");
    if (!find_id(now_.fleets, device.fleet)) return missing("fleet");
    now_.devices.push_back(device);
    now_.devices.back().online = false;
    return {};
  }
  Status update_device(const Device& device) override {
    Device* found = find_id(now_.devices, device.id);
    if (!found) return missing("device");
    if (!find_id(now_.fleets, device.fleet)) return missing("fleet");
    found->name = device.name, found->fleet = device.fleet, found->phys_id = device.phys_id;
    found->description = device.description;
    return {};
  }
  Status set_last_seen(const DeviceId& id, Timestamp at) override {
    Device* found = find_id(now_.devices, id);
    if (!found) return missing("device");
    found->last_seen = at;
    return {};
  }

  Status add_identity(const Identity& identity) override {
    const auto same = [&](const Identity& other) {
      return other.fingerprint == identity.fingerprint ||
             (other.dcn == identity.dcn && other.state != IdentityState::revoked &&
              identity.state != IdentityState::revoked);
    };
    if (find_where(now_.identities, same)) return already("identity");
    if (identity.device && !find_id(now_.devices, *identity.device)) return missing("device");
    now_.identities.push_back(identity);
    return {};
  }
  Status set_identity(const crypto::Digest& fingerprint, IdentityState state,
                      const std::optional<DeviceId>& device) override {
    Identity* found = find_identity(fingerprint);
    if (!found) return missing("identity");
    if (device && !find_id(now_.devices, *device)) return missing("device");
    found->state = state, found->device = device;
    return {};
  }
  Status set_receipt(const crypto::Digest& fingerprint, std::string_view receipt) override {
    if (!find_identity(fingerprint)) return missing("identity");
    now_.receipts[fingerprint] = receipt;
    return {};
  }
  Status set_legacy_nonce(const crypto::Digest& fingerprint, std::int64_t nonce) override {
    if (!find_identity(fingerprint)) return missing("identity");
    now_.nonces[fingerprint] = nonce;
    return {};
  }

  Status append(std::span<const Reading> readings) override {
    for (const Reading& reading : readings) {
      if (!find_id(now_.devices, reading.device)) return missing("device");
      Reading to = reading;
      const auto is_taken = [&] { return now_.readings.contains({to.device_time, to.device, to.tag}); };
      for (Micros step{1}; reading.arrival_stamped && is_taken(); step *= 2) to.device_time += step;
      const bool fresh = now_.readings.try_emplace({to.device_time, to.device, to.tag}, to).second;
      if (fresh) feed({.kind = OutwardKind::data, .device = to.device, .label = to.tag, .at = to.device_time});
    }
    return {};
  }
  Result<std::size_t> remove_readings(const WorkspaceId& workspace, Timestamp before, std::size_t most) override {
    std::size_t removed = 0;
    for (auto at = now_.readings.begin(); at != now_.readings.end() && removed < most;) {
      if (at->second.device_time >= before) break;  // they are in the order of time
      const bool is_its_own = find_id(now_.devices, at->second.device)->workspace == workspace;
      at = is_its_own ? now_.readings.erase(at) : std::next(at);
      removed += is_its_own ? 1 : 0;
    }
    return removed;
  }
  Status set_retention(const WorkspaceId& id, unsigned days) override {
    Workspace* found = find_id(now_.workspaces, id);
    if (!found) return missing("workspace");
    found->retention_days = days;
    return {};
  }
  Status set_log_position(std::string_view log, std::uint64_t position) override {
    now_.log_positions[std::string{log}] = position;
    return {};
  }
  Status put_twin(const DeviceId& device, TwinSide side, const TwinEntry& entry) override {
    if (!find_id(now_.devices, device)) return missing("device");
    now_.twin[{device, side, entry.key}] = entry;
    return {};
  }
  Status erase_twin(const DeviceId& device, TwinSide side, std::string_view key) override {
    now_.twin.erase({device, side, std::string{key}});
    return {};
  }
  Status put_job(const Job& job) override {
    if (!find_id(now_.devices, job.device)) return missing("device");
    for (const auto& [id, other] : now_.jobs) {
      const bool both = other.status == JobStatus::pending && job.status == JobStatus::pending;
      if (both && id != job.id && other.device == job.device && other.name == job.name) return already("job");
    }
    now_.jobs[job.id] = job;
    return {};
  }
  Status remove_old_jobs(const DeviceId& device, std::size_t keep) override {
    std::vector<JobId> ended;
    for (const auto& [id, job] : now_.jobs) {
      if (job.device == device && job.status != JobStatus::pending) ended.push_back(id);
    }
    for (std::size_t i = 0; i + keep < ended.size(); ++i) now_.jobs.erase(ended[i]);
    return {};
  }
  Status put_condition(const Condition& condition) override {
    if (!find_id(now_.devices, condition.device)) return missing("device");
    Condition& kept = now_.conditions[{condition.device, condition.uuid}];
    const std::int64_t number = kept.number == 0 ? ++now_.condition_number : kept.number;
    kept = condition;
    kept.number = number;
    return {};
  }
  Status remove_old_conditions(const DeviceId& device, std::size_t keep) override {
    std::vector<std::pair<std::int64_t, std::string>> ended;
    for (const auto& [key, one] : now_.conditions) {
      if (one.device == device && one.finish) ended.emplace_back(one.number, one.uuid);
    }
    std::sort(ended.begin(), ended.end());
    for (std::size_t i = 0; i + keep < ended.size(); ++i) now_.conditions.erase({device, ended[i].second});
    return {};
  }
  Status put_session(const DeviceSession& session) override {
    if (!find_id(now_.devices, session.device)) return missing("device");
    DeviceSession& kept = now_.sessions[session.device];
    std::optional<DeviceSession::Will> will = std::move(kept.will);
    kept = session;
    kept.will = std::move(will);
    return {};
  }
  Status put_will(const DeviceId& device, const std::optional<DeviceSession::Will>& will) override {
    const auto found = now_.sessions.find(device);
    if (found != now_.sessions.end()) found->second.will = will;
    return {};
  }
  Status leave_session(const DeviceId& device, Seconds lifetime, Timestamp at, bool last_words) override {
    const auto found = now_.sessions.find(device);
    if (found == now_.sessions.end()) return {};
    found->second.lifetime = lifetime;
    leave(found->second, at);
    if (!last_words) found->second.will.reset();
    return {};
  }
  Status remove_session(const DeviceId& device) override {
    now_.sessions.erase(device);
    return {};
  }
  Status remove_sessions_ended_at(Timestamp now) override {
    std::erase_if(now_.sessions, [&](const auto& one) { return one.second.is_over(now) && !one.second.will; });
    return {};
  }
  Status end_connected_sessions(Timestamp now) override {
    for (auto& [device, session] : now_.sessions) {
      if (!session.ends_at) leave(session, now);
    }
    return {};
  }
  Status audit(const AuditEntry& entry) override {
    const crypto::Digest former = now_.audit.empty() ? crypto::Digest{} : *now_.audit.back().hash;
    AuditEntry& kept = now_.audit.emplace_back(entry);
    kept.number = static_cast<std::int64_t>(now_.audit.size());
    kept.hash = audit_hash(former, kept);
    return {};
  }

 private:
  Identity* find_identity(const crypto::Digest& fingerprint) {
    return find_where(now_.identities, [&](const Identity& i) { return i.fingerprint == fingerprint; });
  }
};

}  // namespace

Status MemoryStore_for_test::change(const std::function<Status(Changes&)>& act) {
  ENSURE(!changing_);
  changing_ = true;
  Contents before = now_;
  MemoryChanges changes{now_};
  Status status = act(changes);
  if (status && fail_ > 0) {
    --fail_;
    status = Error{fail_code_, "the memory was told to fail"};
  }
  if (status) {
    ++commits_;
  } else {
    now_ = std::move(before);
  }
  if (status && std::exchange(doubted_, false)) status = Error{Errc::unavailable, "the memory was told to be unsure"};
  changing_ = false;
  return status;
}

Result<std::vector<Workspace>> MemoryStore_for_test::workspaces_with_retention() {
  return all_where(now_.workspaces, [](const Workspace& workspace) { return workspace.retention_days > 0; });
}
Result<std::optional<Workspace>> MemoryStore_for_test::workspace(const WorkspaceId& id) {
  return maybe(find_id(now_.workspaces, id));
}
Result<std::vector<FleetGroup>> MemoryStore_for_test::fleets(const WorkspaceId& workspace) {
  return all_where(now_.fleets, [&](const FleetGroup& fleet) { return fleet.workspace == workspace; });
}
Result<std::optional<FleetGroup>> MemoryStore_for_test::fleet(const FleetId& id) {
  return maybe(find_id(now_.fleets, id));
}
Result<std::vector<Device>> MemoryStore_for_test::devices(const DeviceQuery& query) {
  auto out = all_where(now_.devices, [&](const Device& device) {
    return device.workspace == query.workspace && (!query.after || device.id > *query.after) &&
           (!query.fleet || device.fleet == *query.fleet) && (query.name.empty() || device.name == query.name);
  });
  std::sort(out.begin(), out.end(), [](const Device& a, const Device& b) { return a.id < b.id; });
  out.resize(std::min(out.size(), query.size));
  return out;
}
Result<std::optional<Device>> MemoryStore_for_test::device(const DeviceId& id) {
  return maybe(find_id(now_.devices, id));
}

Status MemoryStore_for_test::each_admissible(const std::function<void(const Admissible&)>& take) {
  for (const Identity& i : now_.identities) {
    Admissible item{i.fingerprint, i.state, i.not_before, i.not_after, i.device, std::nullopt};
    if (i.device) item.workspace = find_id(now_.devices, *i.device)->workspace;
    take(item);
  }
  return {};
}
Result<std::optional<Identity>> MemoryStore_for_test::identity(const crypto::Digest& fingerprint) {
  return maybe(find_where(now_.identities, [&](const Identity& i) { return i.fingerprint == fingerprint; }));
}
Result<std::optional<Identity>> MemoryStore_for_test::identity_by_dcn(std::string_view dcn) {
  const auto all = all_where(now_.identities, [&](const Identity& identity) { return identity.dcn == dcn; });
  if (all.empty()) return std::optional<Identity>{};
  const auto* live = find_where(all, [](const Identity& i) { return i.state != IdentityState::revoked; });
  return std::optional{live ? *live : all.back()};
}
Result<std::vector<Identity>> MemoryStore_for_test::identities_of(const DeviceId& device) {
  return all_where(now_.identities, [&](const Identity& identity) { return identity.device == device; });
}
Result<std::vector<Identity>> MemoryStore_for_test::identities(const RegistryQuery& query) {
  const Identity* after =
      query.after ? find_where(now_.identities, [&](const Identity& i) { return i.fingerprint == *query.after; })
                  : nullptr;
  if (query.after && !after) return std::vector<Identity>{};
  const std::size_t begin = after ? static_cast<std::size_t>(after - now_.identities.data()) + 1 : 0;
  const std::size_t from = std::min(begin + query.page * query.size, now_.identities.size());
  const std::size_t count = std::min(query.size, now_.identities.size() - from);
  const auto first = now_.identities.begin() + static_cast<std::ptrdiff_t>(from);
  return std::vector<Identity>{first, first + static_cast<std::ptrdiff_t>(count)};
}
Result<std::string> MemoryStore_for_test::receipt(const crypto::Digest& fingerprint) {
  const auto found = now_.receipts.find(fingerprint);
  return found == now_.receipts.end() ? std::string{} : found->second;
}
Result<std::int64_t> MemoryStore_for_test::legacy_nonce(const crypto::Digest& fingerprint) {
  const auto found = now_.nonces.find(fingerprint);
  return found == now_.nonces.end() ? 0 : found->second;
}

Result<std::uint64_t> MemoryStore_for_test::log_position(std::string_view log) {
  const auto found = now_.log_positions.find(std::string{log});
  return found == now_.log_positions.end() ? 0 : found->second;
}
Result<std::vector<DataRow>> MemoryStore_for_test::data(const DataQuery& query) {
  std::vector<DataRow> rows;
  TRY(scan(query, [&](const ReadingView& r) {
    rows.push_back({{r.device, std::string{r.tag}, r.device_time, r.received_at, std::string{r.payload}}, r.fleet});
    return true;
  }));
  const std::size_t from = std::min(query.page * query.size, rows.size());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(from));
  rows.resize(std::min(rows.size(), query.size));
  return rows;
}
Status MemoryStore_for_test::scan(const DataQuery& query, const TakeReading& take) {
  std::vector<std::pair<const Reading*, const Device*>> found;
  for (const auto& [key, reading] : now_.readings) {
    const Device* device = find_id(now_.devices, reading.device);
    if (device->workspace != query.workspace || !wanted(query.fleets, device->fleet)) continue;
    if (reading.device_time < query.start.value_or(Timestamp::min())) continue;
    if (reading.device_time >= query.end.value_or(Timestamp::max())) continue;
    if (!wanted(query.devices, reading.device) || !wanted(query.tags, reading.tag)) continue;
    if (query.after) {
      const std::tuple after{query.after->device_time, query.after->device, query.after->tag};
      if (query.newest_first ? key >= after : key <= after) continue;
    }
    found.emplace_back(&reading, device);
  }
  if (query.newest_first) std::reverse(found.begin(), found.end());
  for (const auto& [r, device] : found) {
    if (!take({r->device, device->fleet, r->tag, r->device_time, r->received_at, r->payload})) break;
  }
  return {};
}
Result<Twin> MemoryStore_for_test::twin(const DeviceId& device) {
  Twin out;
  for (const auto& [key, entry] : now_.twin) {
    if (std::get<DeviceId>(key) != device) continue;
    (std::get<TwinSide>(key) == TwinSide::current ? out.current : out.expected).push_back(entry);
  }
  return out;
}
Result<std::vector<AuditEntry>> MemoryStore_for_test::audit(std::int64_t after, std::size_t size) {
  auto out = all_where(now_.audit, [&](const AuditEntry& entry) { return entry.number > after; });
  out.resize(std::min(out.size(), size));
  return out;
}

}  // namespace signet::fleet
