// people.h -- who works in a workspace: members and their roles, invitations, keys of programs.
//
//   People people{fleet};
//   const Invited invited = TRY(people.invite(actor, workspace, {"bob@example.org", Role::viewer}));
//   People{fleet}.join(invited.token, "his own password", address);
//
// Part of fleet.h, whose rules hold here. A workspace has an owner at any time.
#pragma once

#include "fleet/fleet.h"

namespace signet::fleet {

inline constexpr std::size_t members_max = 1'000;  // of one workspace
inline constexpr std::size_t invitations_max = 100;
inline constexpr std::size_t api_keys_max = 100;
inline constexpr Seconds invitation_time_max{30 * 86'400};
inline constexpr Seconds api_key_time_max{10 * 366 * 86'400};

struct InviteOrder {
  std::string email;
  Role role = Role::viewer;
  Seconds lasts{7 * 86'400};
};
struct Invited {
  Invitation invitation;
  std::string token;  // shown once; only its hash is kept
};
struct KeyOrder {
  std::string name;
  Role role = Role::operator_;  // at most the maker's; and whenever it is used, at most what the maker has then
  bool read_only = false;
  std::optional<Seconds> lasts{};  // absent: until it is revoked
};
struct MadeKey {
  Token key;
  std::string text;  // shown once
};
struct Joined {
  Workspace workspace;
  Role role = Role::viewer;
};

class People {
 public:
  explicit People(Fleet& fleet) : state_(*fleet.state_) {}

  // --- people.cpp. Nobody gives or takes a role above their own.
  Result<std::vector<Member>> members(const Actor& actor, const WorkspaceId& workspace);
  Result<Member> set_role(const Actor& actor, const WorkspaceId& workspace, const AccountId& account, Role role);
  // Oneself: whatever the role. Their keys for the workspace and the invitations they made end with it.
  Status remove(const Actor& actor, const WorkspaceId& workspace, const AccountId& account);

  // --- invitation.cpp. No mail is sent: who invites hands the token over.
  Result<Invited> invite(const Actor& actor, const WorkspaceId& workspace, const InviteOrder& order);
  Result<std::vector<Invitation>> invitations(const Actor& actor, const WorkspaceId& workspace);
  Status withdraw(const Actor& actor, const WorkspaceId& workspace, const InvitationId& id);
  // By the account of that e-mail address. Good while whoever invited may still invite to that role.
  Result<Joined> accept(const Actor& actor, std::string_view token);
  // By making that account.
  Result<SignedIn> join(std::string_view token, std::string_view password, std::string_view address);

  // --- api_key.cpp
  Result<MadeKey> create_key(const Actor& actor, const WorkspaceId& workspace, const KeyOrder& order);
  Result<std::vector<Token>> keys(const Actor& actor, const WorkspaceId& workspace);
  Status revoke_key(const Actor& actor, const WorkspaceId& workspace, const TokenId& id);

 private:
  Result<Member> member(const WorkspaceId& workspace, const AccountId& account);
  Status require_another_owner(const Actor& actor, std::string_view action, const Member& but);
  Result<Invitation> find_invitation(const Actor& actor, std::string_view token);
  Status check_inviter(const Actor& actor, const Invitation& invitation);

  Fleet::State& state_;
};

}  // namespace signet::fleet
