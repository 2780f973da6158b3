#include "fleet/people.h"
#include "fleet/state.h"

#include <algorithm>

namespace signet::fleet {
namespace {

constexpr std::string_view invitation_mark = "sgi_";

Error no_invitation() {
  return {Errc::not_found,
          "there is no such invitation for you: it was used or withdrawn, or it ended. Ask for another"};
}

}  // namespace

Result<Invited> People::invite(const Actor& actor, const WorkspaceId& workspace, const InviteOrder& order) {
  Fleet::State& s = state_;
  TRY(s.require_person(actor, "member.invite"));
  const Role mine = TRY(s.require_role_in(actor, workspace, "member.invite"));
  TRY(s.require_at_least(actor, "member.invite", mine, order.role));
  Invited out;
  Invitation& made = out.invitation;
  made.email = TRY(read_email(order.email));
  if (order.lasts.count() <= 0 || order.lasts > invitation_time_max) {
    return Error{Errc::malformed, "an invitation lasts a second at least, and 30 days at most"};
  }
  const std::vector<Member> members = TRY(s.store.members(workspace));
  const auto is_meant = [&](const Member& one) { return one.account.email == made.email; };
  if (std::any_of(members.begin(), members.end(), is_meant)) {
    return Error{Errc::conflict, made.email + " is a member already: 'signet member role' changes the role"};
  }
  const std::size_t open = TRY(s.store.invitations(workspace)).size();
  if (members.size() >= members_max || open >= invitations_max) {
    return Error{Errc::conflict, "a workspace has at most " + std::to_string(members_max) + " members and " +
                                     std::to_string(invitations_max) + " open invitations"};
  }
  out.token = std::string{invitation_mark} + random_text(s.random);
  made.id = s.ids.next<InvitationIdKind>();
  made.hash = hash_of(out.token);
  made.workspace = workspace;
  made.role = order.role;
  made.by = {actor.account, actor.email, {}};
  made.created_at = s.clock.now();
  made.expires_at = made.created_at + order.lasts;
  const std::string detail = workspace.str() + " as " + std::string{name_of(order.role)};
  TRY(s.act(s.entry(actor, "member.invite", made.email, detail), [&](Changes& to) -> Status {
    TRY(to.remove_invitations_expired_at(made.created_at));
    return to.put_invitation(made);
  }));
  return out;
}

Result<std::vector<Invitation>> People::invitations(const Actor& actor, const WorkspaceId& workspace) {
  TRY(state_.require_workspace(actor, workspace, "member.invitations"));
  return state_.store.invitations(workspace);
}

Status People::withdraw(const Actor& actor, const WorkspaceId& workspace, const InvitationId& id) {
  TRY(state_.require_person(actor, "member.withdraw"));
  TRY(state_.require_workspace(actor, workspace, "member.withdraw"));
  const std::vector<Invitation> all = TRY(state_.store.invitations(workspace));
  const auto found = std::find_if(all.begin(), all.end(), [&](const Invitation& one) { return one.id == id; });
  if (found == all.end()) return Error{Errc::not_found, workspace.str() + " has no invitation " + id.str()};
  return state_.act(state_.entry(actor, "member.withdraw", found->email, workspace.str()),
                    [&](Changes& to) { return to.remove_invitation(id); });
}

Result<Invitation> People::find_invitation(const Actor& actor, std::string_view token) {
  std::optional<Invitation> found;
  if (!token.empty() && token.size() <= token_bytes_max) found = TRY(state_.store.invitation(hash_of(token)));
  if (!found || found->expires_at <= state_.clock.now()) {
    return state_.denied(actor, "member.accept", "", no_invitation());
  }
  return std::move(*found);
}

// Whoever lost the right to invite, or to give that role, has given nothing.
Status People::check_inviter(const Actor& actor, const Invitation& invitation) {
  const std::optional<Role> now = TRY(state_.store.role(invitation.workspace, invitation.by.id));
  if (now && *now >= invitation.role && check_role("member.invite", *now, false)) return {};
  return state_.denied(actor, "member.accept", invitation.email, no_invitation());
}

Result<Joined> People::accept(const Actor& actor, std::string_view token) {
  Fleet::State& s = state_;
  TRY(s.require_account(actor, "member.accept"));
  const Invitation found = TRY(find_invitation(actor, token));
  if (found.email != actor.email) return s.denied(actor, "member.accept", found.workspace.str(), no_invitation());
  TRY(check_inviter(actor, found));
  const std::optional<Workspace> workspace = TRY(s.store.workspace(found.workspace));
  if (!workspace) return s.denied(actor, "member.accept", found.workspace.str(), no_invitation());
  if (TRY(s.store.role(found.workspace, actor.account))) return Error{Errc::conflict, "you are a member already"};
  TRY(s.act(s.entry(actor, "member.accept", found.workspace.str(), name_of(found.role)), [&](Changes& to) -> Status {
    TRY(to.remove_invitation(found.id));
    return to.put_member(found.workspace, actor.account, found.role, s.clock.now());
  }));
  return Joined{*workspace, found.role};
}

Result<SignedIn> People::join(std::string_view token, std::string_view password, std::string_view address) {
  Fleet::State& s = state_;
  const Actor nobody{{}, "", {}, std::string{address}};
  const Invitation found = TRY(find_invitation(nobody, token));
  TRY(check_inviter(nobody, found));
  if (TRY(s.store.credential(found.email))) {
    return Error{Errc::conflict, found.email + " has an account here: sign in, then accept the invitation"};
  }
  const std::optional<Workspace> workspace = TRY(s.store.workspace(found.workspace));
  if (!workspace) return s.denied(nobody, "member.accept", "", no_invitation());
  if (!s.password_checks.use(s.clock.monotonic())) return Error{Errc::exhausted, "too many sign-ins: wait a minute"};
  const std::string hash = TRY(s.hash_password(password));
  SignedIn out;
  out.account = {s.ids.next<AccountIdKind>(), found.email, s.clock.now()};
  out.workspace = *workspace;
  Token session;
  out.token = s.new_token(out.account.id, TokenKind::session, address, session);
  const Actor actor{out.account.id, found.email, {}, std::string{address}};
  TRY(s.act(s.entry(actor, "member.join", found.workspace.str(), name_of(found.role)), [&](Changes& to) -> Status {
    TRY(to.add_account({out.account, hash}));
    TRY(to.remove_invitation(found.id));
    TRY(to.put_member(found.workspace, out.account.id, found.role, s.clock.now()));
    return to.add_token(session);
  }));
  return out;
}

}  // namespace signet::fleet
