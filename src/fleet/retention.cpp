#include "fleet/state.h"

namespace signet::fleet {
namespace {

constexpr Seconds day{86'400};

Result<bool> has_older(Store& store, const WorkspaceId& workspace, Timestamp than) {
  DataQuery query{.workspace = workspace};
  query.end = than;
  query.newest_first = false;
  bool found = false;
  TRY(store.scan(query, [&](const ReadingView&) {
    found = true;
    return false;
  }));
  return found;
}

}  // namespace

// A person's to decide: it ends in what cannot be brought back.
Result<Workspace> Fleet::set_retention(const Actor& actor, const WorkspaceId& workspace, unsigned days) {
  State& s = *state_;
  TRY(s.require_person(actor, "workspace.retention"));
  Workspace changed = TRY(s.require_workspace(actor, workspace, "workspace.retention"));
  if (days > retention_days_max) {
    return Error{Errc::malformed, "readings are kept for at most " + std::to_string(retention_days_max) +
                                      " days; 0 keeps them for ever"};
  }
  const std::string detail = days == 0 ? "for ever" : std::to_string(days) + " days";
  TRY(s.act(s.entry(actor, "workspace.retention", workspace.str(), detail),
            [&](Changes& to) { return to.set_retention(workspace, days); }));
  changed.retention_days = days;
  return changed;
}

// One workspace a call, in turn. Not synced at once: what a power cut brings back is removed again.
Result<bool> Fleet::tend_retention() {
  State& s = *state_;
  if (s.erasing) {
    std::size_t erased = 0;
    TRY(s.store.change_soon([&](Changes& to) -> Status {
      erased = TRY(to.erase_removed(retention_batch_max));
      return {};
    }));
    s.erasing = erased > 0;
    if (s.erasing) return true;
  }
  const std::vector<Workspace> all = TRY(s.store.workspaces_with_retention());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Workspace& one = all[s.retention_turn++ % all.size()];
    const Timestamp before = s.clock.now() - one.retention_days * day;
    if (!TRY(has_older(s.store, one.id, before))) continue;
    TRY(s.store.change_soon(
        [&](Changes& to) -> Status { return TRY(to.remove_readings(one.id, before, retention_batch_max)), Status{}; }));
    return true;
  }
  return false;
}

}  // namespace signet::fleet
