#include "fleet/memory_people_for_test.h"

namespace signet::fleet {

Status MemoryPeopleChanges::add_account(const Credential& credential) {
  const auto same = [&](const Credential& other) {
    return other.account.id == credential.account.id || other.account.email == credential.account.email;
  };
  if (find_where(now_.accounts, same)) return already("account");
  now_.accounts.push_back(credential);
  return {};
}
Status MemoryPeopleChanges::set_password(const AccountId& account, const std::string& hash) {
  Credential* found = find_account(account);
  if (!found) return missing("account");
  found->password_hash = hash;
  return {};
}
Status MemoryPeopleChanges::add_token(const Token& token) {
  const auto same = [&](const Token& other) { return other.hash == token.hash || other.id == token.id; };
  if (find_where(now_.tokens, same)) return already("token");
  if (!has_account(token.account)) return missing("account");
  if (token.only && !find_id(now_.workspaces, *token.only)) return missing("workspace");
  now_.tokens.push_back(token);
  return {};
}
Status MemoryPeopleChanges::remove_token(const crypto::Digest& hash) {
  remove_tokens([&](const Token& token) { return token.hash == hash; });
  return {};
}
Status MemoryPeopleChanges::remove_tokens_expired_at(Timestamp now) {
  remove_tokens([&](const Token& token) { return token.expires_at && *token.expires_at <= now; });
  return {};
}
Status MemoryPeopleChanges::set_last_used(std::span<const TokenUse> uses) {
  for (const TokenUse& use : uses) {
    Token* found = find_where(now_.tokens, [&](const Token& token) { return token.hash == use.hash; });
    if (found) found->last_used = use.at;
  }
  return {};
}

void MemoryPeopleChanges::remove_tokens(const std::function<bool(const Token&)>& which) {
  for (const Token& token : all_where(now_.tokens, which)) {
    std::erase_if(now_.answers, [&](const auto& one) { return one.first.first == token.id; });
  }
  std::erase_if(now_.tokens, which);
}
Status MemoryPeopleChanges::put_answer(const KeptAnswer& answer) {
  if (!find_id(now_.tokens, answer.token)) return missing("token");
  now_.answers[{answer.token, answer.name}] = answer;
  return {};
}
Status MemoryPeopleChanges::remove_old_answers(const TokenId& token, Timestamp before, std::size_t keep) {
  std::erase_if(now_.answers, [&](const auto& one) { return one.second.at <= before; });
  std::vector<KeptAnswer> mine;
  for (const auto& [name, one] : now_.answers) {
    if (one.token == token) mine.push_back(one);
  }
  std::sort(mine.begin(), mine.end(), [](const KeptAnswer& a, const KeptAnswer& b) { return a.at > b.at; });
  for (std::size_t i = keep; i < mine.size(); ++i) now_.answers.erase({token, mine[i].name});
  return {};
}

Status MemoryPeopleChanges::put_member(const WorkspaceId& workspace, const AccountId& account, Role role,
                                       Timestamp since) {
  const Credential* credential = find_account(account);
  if (!credential) return missing("account");
  if (!find_id(now_.workspaces, workspace)) return missing("workspace");
  Member* found =
      find_where(now_.members, [&](const Member& m) { return m.workspace == workspace && m.account.id == account; });
  if (found)
    found->role = role;
  else
    now_.members.push_back({workspace, credential->account, role, since});
  return {};
}
Status MemoryPeopleChanges::remove_member(const WorkspaceId& workspace, const AccountId& account) {
  std::erase_if(now_.members, [&](const Member& m) { return m.workspace == workspace && m.account.id == account; });
  remove_tokens([&](const Token& t) { return t.only == workspace && t.account == account; });
  return {};
}
Status MemoryPeopleChanges::put_invitation(const Invitation& invitation) {
  if (!has_account(invitation.by.id)) return missing("account");
  if (!find_id(now_.workspaces, invitation.workspace)) return missing("workspace");
  std::erase_if(now_.invitations, [&](const Invitation& other) {
    return other.workspace == invitation.workspace && other.email == invitation.email;
  });
  now_.invitations.push_back(invitation);
  return {};
}
Status MemoryPeopleChanges::remove_invitation(const InvitationId& id) {
  std::erase_if(now_.invitations, [&](const Invitation& invitation) { return invitation.id == id; });
  return {};
}
Status MemoryPeopleChanges::remove_invitations_expired_at(Timestamp now) {
  std::erase_if(now_.invitations, [&](const Invitation& invitation) { return invitation.expires_at <= now; });
  return {};
}
Status MemoryPeopleChanges::put_second_factor(const SecondFactor& factor) {
  if (!has_account(factor.account)) return missing("account");
  now_.second_factors[factor.account] = factor;
  return {};
}
Status MemoryPeopleChanges::remove_second_factor(const AccountId& account) {
  now_.second_factors.erase(account);
  return {};
}

Result<std::optional<Account>> MemoryStore_for_test::operator_account() {
  return now_.accounts.empty() ? std::nullopt : std::optional{now_.accounts.front().account};
}
Result<std::optional<Account>> MemoryStore_for_test::account(const AccountId& id) {
  const auto* found = find_where(now_.accounts, [&](const Credential& c) { return c.account.id == id; });
  return found ? std::optional{found->account} : std::nullopt;
}
Result<std::optional<Credential>> MemoryStore_for_test::credential(std::string_view email) {
  return maybe(find_where(now_.accounts, [&](const Credential& c) { return c.account.email == email; }));
}
Result<std::optional<Token>> MemoryStore_for_test::token(const crypto::Digest& hash) {
  return maybe(find_where(now_.tokens, [&](const Token& token) { return token.hash == hash; }));
}
Result<std::vector<Token>> MemoryStore_for_test::sessions_of(const AccountId& account) {
  return all_where(now_.tokens, [&](const Token& t) { return t.kind == TokenKind::session && t.account == account; });
}
Result<std::vector<Token>> MemoryStore_for_test::api_keys(const WorkspaceId& workspace) {
  return all_where(now_.tokens, [&](const Token& t) { return t.kind == TokenKind::api_key && t.only == workspace; });
}
Result<std::vector<Workspace>> MemoryStore_for_test::workspaces(const AccountId& account) {
  return all_where(now_.workspaces,
                   [&](const Workspace& workspace) { return role(workspace.id, account).value().has_value(); });
}
Result<std::optional<Role>> MemoryStore_for_test::role(const WorkspaceId& workspace, const AccountId& account) {
  const Member* found =
      find_where(now_.members, [&](const Member& m) { return m.workspace == workspace && m.account.id == account; });
  return found ? std::optional{found->role} : std::nullopt;
}
Result<std::vector<Member>> MemoryStore_for_test::members(const WorkspaceId& workspace) {
  return all_where(now_.members, [&](const Member& member) { return member.workspace == workspace; });
}
Result<std::vector<Invitation>> MemoryStore_for_test::invitations(const WorkspaceId& workspace) {
  return all_where(now_.invitations, [&](const Invitation& one) { return one.workspace == workspace; });
}
Result<std::optional<Invitation>> MemoryStore_for_test::invitation(const crypto::Digest& hash) {
  return maybe(find_where(now_.invitations, [&](const Invitation& one) { return one.hash == hash; }));
}
Result<std::optional<SecondFactor>> MemoryStore_for_test::second_factor(const AccountId& account) {
  const auto found = now_.second_factors.find(account);
  return found == now_.second_factors.end() ? std::nullopt : std::optional{found->second};
}

Result<std::optional<KeptAnswer>> MemoryStore_for_test::kept_answer(const TokenId& token, const crypto::Digest& name) {
  const auto found = now_.answers.find({token, name});
  return found == now_.answers.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace signet::fleet
