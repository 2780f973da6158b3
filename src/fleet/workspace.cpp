#include "fleet/state.h"

namespace signet::fleet {

Result<std::vector<Workspace>> Fleet::workspaces(const Actor& actor) {
  State& s = *state_;
  if (actor.account.empty())
    return s.denied(actor, "workspace.list", "", {Errc::unauthenticated, "nobody is signed in"});
  std::vector<Workspace> mine = TRY(s.store.workspaces(actor.account));
  if (actor.only) std::erase_if(mine, [&](const Workspace& workspace) { return workspace.id != *actor.only; });
  return mine;
}

Result<Workspace> Fleet::workspace(const Actor& actor, const WorkspaceId& id) {
  return state_->require_workspace(actor, id, "workspace.read");
}

Result<Workspace> Fleet::create_workspace(const Actor& actor, std::string_view name, std::string_view description) {
  State& s = *state_;
  TRY(s.require_account(actor, "workspace.create"));
  if (!TRY(s.store.account(actor.account))) {
    return s.denied(actor, "workspace.create", name, {Errc::unauthenticated, "your account is gone"});
  }
  TRY(check_name("name", name));
  TRY(check_text("description", description, description_bytes_max));
  const Timestamp now = s.clock.now();
  Workspace made{s.ids.next<WorkspaceIdKind>(), std::string{name}, std::string{description}, actor.account, now};
  const FleetGroup fleet{s.ids.next<FleetIdKind>(), made.id, actor.account, "default", "", now};
  TRY(s.act(s.entry(actor, "workspace.create", made.id.str(), name), [&](Changes& to) -> Status {
    TRY(to.add_workspace(made));
    return to.add_fleet(fleet);
  }));
  return made;
}

Result<std::vector<FleetGroup>> Fleet::fleets(const Actor& actor, const WorkspaceId& workspace) {
  TRY(state_->require_workspace(actor, workspace, "fleet.list"));
  return state_->store.fleets(workspace);
}

Result<FleetGroup> Fleet::fleet(const Actor& actor, const WorkspaceId& workspace, const FleetId& id) {
  return state_->require_fleet(actor, workspace, id, "fleet.read");
}

Result<FleetGroup> Fleet::create_fleet(const Actor& actor, const WorkspaceId& workspace, std::string_view name,
                                       std::string_view description) {
  State& s = *state_;
  TRY(s.require_workspace(actor, workspace, "fleet.create"));
  TRY(check_name("name", name));
  TRY(check_text("description", description, description_bytes_max));
  FleetGroup made{s.ids.next<FleetIdKind>(), workspace,    actor.account, std::string{name},
                  std::string{description},  s.clock.now()};
  TRY(s.act(s.entry(actor, "fleet.create", made.id.str(), name), [&](Changes& to) { return to.add_fleet(made); }));
  return made;
}

Status Fleet::State::rename(const Renaming& to, std::string& name, std::string& description) {
  if (to.name) {
    TRY(check_name("name", *to.name));
    name = *to.name;
  }
  if (!to.description) return {};
  TRY(check_text("description", *to.description, description_bytes_max));
  description = *to.description;
  return {};
}

}  // namespace signet::fleet
