// memory_people_for_test.h -- private to memory_store: what both of its files use, and the changes to people.
#pragma once

#include "fleet/memory_store_for_test.h"

#include <algorithm>

namespace signet::fleet {

template <class List, class Match>
auto find_where(List& list, const Match& match) -> decltype(&list.front()) {
  const auto found = std::find_if(list.begin(), list.end(), match);
  return found == list.end() ? nullptr : &*found;
}
template <class List, class IdOf>
auto find_id(List& list, const IdOf& id) {
  return find_where(list, [&](const auto& item) { return item.id == id; });
}
template <class Item>
std::optional<Item> maybe(const Item* item) {
  return item ? std::optional{*item} : std::nullopt;
}
template <class Item, class Match>
std::vector<Item> all_where(const std::vector<Item>& list, const Match& match) {
  std::vector<Item> out;
  std::copy_if(list.begin(), list.end(), std::back_inserter(out), match);
  return out;
}
inline Error already(std::string_view what) { return {Errc::conflict, std::string{what} + " is there already"}; }
inline Error missing(std::string_view what) { return {Errc::not_found, "no such " + std::string{what}}; }

class MemoryPeopleChanges : public Changes {
 public:
  explicit MemoryPeopleChanges(MemoryStore_for_test::Contents& now) : now_(now) {}

  Status add_account(const Credential& credential) override;
  Status set_password(const AccountId& account, const std::string& hash) override;
  Status add_token(const Token& token) override;
  Status remove_token(const crypto::Digest& hash) override;
  Status remove_tokens_expired_at(Timestamp now) override;
  Status set_last_used(std::span<const TokenUse> uses) override;
  Status put_member(const WorkspaceId& workspace, const AccountId& account, Role role, Timestamp since) override;
  Status remove_member(const WorkspaceId& workspace, const AccountId& account) override;
  Status put_invitation(const Invitation& invitation) override;
  Status remove_invitation(const InvitationId& id) override;
  Status remove_invitations_expired_at(Timestamp now) override;
  Status put_second_factor(const SecondFactor& factor) override;
  Status remove_second_factor(const AccountId& account) override;
  Status put_answer(const KeptAnswer& answer) override;
  Status remove_old_answers(const TokenId& token, Timestamp before, std::size_t keep) override;

 protected:
  void remove_tokens(const std::function<bool(const Token&)>& which);  // and what was answered to them
  bool has_account(const AccountId& id) const { return find_account(id) != nullptr; }
  MemoryStore_for_test::Contents& now_;

 private:
  Credential* find_account(const AccountId& id) const {
    return find_where(now_.accounts, [&](const Credential& c) { return c.account.id == id; });
  }
};

}  // namespace signet::fleet
