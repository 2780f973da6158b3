#include "fleet/people.h"

#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {

Result<std::vector<Member>> People::members(const Actor& actor, const WorkspaceId& workspace) {
  TRY(state_.require_workspace(actor, workspace, "member.list"));
  return state_.store.members(workspace);
}

Result<Member> People::member(const WorkspaceId& workspace, const AccountId& account) {
  std::vector<Member> all = TRY(state_.store.members(workspace));
  const auto found = std::find_if(all.begin(), all.end(), [&](const Member& m) { return m.account.id == account; });
  if (found != all.end()) return std::move(*found);
  return Error{Errc::not_found, "workspace " + workspace.str() + " has no member " + account.str()};
}

Status People::require_another_owner(const Actor& actor, std::string_view action, const Member& but) {
  if (but.role != Role::owner) return {};
  const std::vector<Member> all = TRY(state_.store.members(but.workspace));
  const bool another = std::any_of(
      all.begin(), all.end(), [&](const Member& m) { return m.role == Role::owner && m.account.id != but.account.id; });
  if (another) return {};
  return state_.denied(actor, action, but.account.id.str(),
                       {Errc::conflict, but.account.email + " is the last owner: make somebody else one first"});
}

Result<Member> People::set_role(const Actor& actor, const WorkspaceId& workspace, const AccountId& account, Role role) {
  TRY(state_.require_person(actor, "member.update"));
  const Role mine = TRY(state_.require_role_in(actor, workspace, "member.update"));
  Member changed = TRY(member(workspace, account));
  TRY(state_.require_at_least(actor, "member.update", mine, std::max(changed.role, role)));
  if (role != Role::owner) TRY(require_another_owner(actor, "member.update", changed));
  const std::string detail = changed.account.email + " in " + workspace.str() + ": " +
                             std::string{name_of(changed.role)} + " to " + std::string{name_of(role)};
  changed.role = role;
  TRY(state_.act(state_.entry(actor, "member.update", account.str(), detail),
                 [&](Changes& to) { return to.put_member(workspace, account, role, changed.since); }));
  return changed;
}

Status People::remove(const Actor& actor, const WorkspaceId& workspace, const AccountId& account) {
  const std::string_view action = account == actor.account ? "member.leave" : "member.remove";
  TRY(state_.require_person(actor, action));
  const Role mine = TRY(state_.require_role_in(actor, workspace, action));
  const Member gone = TRY(member(workspace, account));
  TRY(state_.require_at_least(actor, action, mine, gone.role));
  TRY(require_another_owner(actor, action, gone));
  const std::vector<Invitation> open = TRY(state_.store.invitations(workspace));
  return state_.act(state_.entry(actor, action, account.str(), gone.account.email + " in " + workspace.str()),
                    [&](Changes& to) -> Status {
                      for (const Invitation& one : open) {
                        if (one.by.id == account) TRY(to.remove_invitation(one.id));
                      }
                      return to.remove_member(workspace, account);
                    });
}

}  // namespace signet::fleet
