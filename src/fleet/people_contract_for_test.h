// people_contract_for_test.h -- what every Store must do with members, invitations, tokens and second factors. To be
// instantiated beside StoreContract, with the same type.
#pragma once

#include "fleet/store_contract_for_test.h"

namespace signet::fleet {

template <class Maker>
class PeopleContract : public StoreContract<Maker> {
 protected:
  PeopleContract() {
    EXPECT_TRUE(is_well(this->change([&](Changes& to) { return to.add_account(bob); })));
  }
  std::string members() {
    std::string out;
    for (const Member& one : this->store->members(workspace).value()) {
      out += one.account.email + " " + std::string{name_of(one.role)} + "\n";
    }
    return out;
  }
  Invitation invitation(const std::string& email) {
    Invitation out;
    out.id = this->samples.ids.template next<InvitationIdKind>();
    out.hash = this->samples.random.template block<32>();
    out.workspace = workspace, out.email = email, out.role = Role::admin, out.by = this->house.owner.account;
    out.created_at = noon_for_test, out.expires_at = noon_for_test + Seconds{60};
    return out;
  }
  Token key() {
    Token out = this->samples.token(bob);
    out.kind = TokenKind::api_key, out.only = workspace, out.name = "ci", out.role = Role::operator_;
    out.read_only = true, out.address = "192.0.2.1", out.expires_at.reset();
    return out;
  }
  Status put(const AccountId& account, Role role) {
    return this->change([&](Changes& to) { return to.put_member(workspace, account, role, noon_for_test); });
  }

  Credential bob = this->samples.account("bob@example.org");
  WorkspaceId workspace = this->house.workspace.id;
};
TYPED_TEST_SUITE_P(PeopleContract);

TYPED_TEST_P(PeopleContract, WhoMakesAWorkspaceOwnsItAndOthersJoin) {
  const AccountId bob = this->bob.account.id;
  EXPECT_EQ(this->members(), "ada@example.org owner\n");
  EXPECT_EQ(this->store->role(this->workspace, this->house.owner.account.id).value(), Role::owner);
  EXPECT_EQ(this->store->role(this->workspace, bob).value(), std::nullopt);
  EXPECT_TRUE(this->store->workspaces(bob).value().empty());
  ASSERT_TRUE(is_well(this->put(bob, Role::viewer)));
  EXPECT_EQ(this->members(), "ada@example.org owner\nbob@example.org viewer\n");
  ASSERT_EQ(this->store->workspaces(bob).value().size(), 1u);
  EXPECT_EQ(this->store->workspaces(bob).value()[0].account, this->house.owner.account.id) << "it is still hers";
  ASSERT_TRUE(is_well(this->put(bob, Role::admin)));
  EXPECT_EQ(this->members(), "ada@example.org owner\nbob@example.org admin\n");
  EXPECT_TRUE(fails_with(this->put(this->samples.ids.template next<AccountIdKind>(), Role::admin), Errc::not_found));
}

TYPED_TEST_P(PeopleContract, WhoLeavesTakesTheirKeysOfThatWorkspace) {
  const Token key = this->key(), session = this->samples.token(this->bob);
  ASSERT_TRUE(is_well(this->put(this->bob.account.id, Role::viewer)));
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.add_token(key));
    TRY(to.add_token(session));
    return to.remove_member(this->workspace, this->bob.account.id);
  })));
  EXPECT_EQ(this->members(), "ada@example.org owner\n");
  EXPECT_FALSE(this->store->token(key.hash).value());
  EXPECT_TRUE(this->store->token(session.hash).value());
}

TYPED_TEST_P(PeopleContract, AKeyComesBackWholeAndIsListed) {
  const Token key = this->key(), session = this->samples.token(this->bob);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.add_token(key));
    return to.add_token(session);
  })));
  const auto keys = this->store->api_keys(this->workspace).value();
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].id, key.id);
  EXPECT_EQ(keys[0].hash, key.hash);
  EXPECT_EQ(keys[0].role, Role::operator_);
  EXPECT_TRUE(keys[0].read_only);
  EXPECT_EQ(keys[0].address, "192.0.2.1");
  EXPECT_EQ(keys[0].last_used, std::nullopt);
  const auto sessions = this->store->sessions_of(this->bob.account.id).value();
  ASSERT_EQ(sessions.size(), 1u);
  EXPECT_EQ(sessions[0].id, session.id);
  EXPECT_FALSE(sessions[0].read_only);
  EXPECT_EQ(sessions[0].role, Role::owner);
  const TokenUse uses[] = {{key.hash, noon_for_test + Seconds{5}}, {crypto::Digest{}, noon_for_test}};
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.set_last_used(uses); })));
  EXPECT_EQ(this->store->token(key.hash).value()->last_used, noon_for_test + Seconds{5});
}

TYPED_TEST_P(PeopleContract, AnInvitationIsOneForAnAddressAndEnds) {
  const Invitation first = this->invitation("eve@example.org"), second = this->invitation("eve@example.org");
  const Invitation other = this->invitation("joe@example.org");
  for (const Invitation& one : {first, second, other}) {
    ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.put_invitation(one); })));
  }
  EXPECT_FALSE(this->store->invitation(first.hash).value()) << "the second took its place";
  const auto found = this->store->invitation(second.hash).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, second.id);
  EXPECT_EQ(found->workspace, this->workspace);
  EXPECT_EQ(found->email, "eve@example.org");
  EXPECT_EQ(found->role, Role::admin);
  EXPECT_EQ(found->by.email, "ada@example.org");
  EXPECT_EQ(found->expires_at, second.expires_at);
  EXPECT_EQ(this->store->invitations(this->workspace).value().size(), 2u);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_invitation(second.id); })));
  EXPECT_FALSE(this->store->invitation(second.hash).value());
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_invitations_expired_at(other.expires_at); })));
  EXPECT_TRUE(this->store->invitations(this->workspace).value().empty());
}

TYPED_TEST_P(PeopleContract, APasswordAndASecondFactorAreReplaced) {
  SecondFactor factor{this->bob.account.id, {1, 2, 3}, true, 57};
  factor.recovery_codes = {this->samples.random.template block<32>(), this->samples.random.template block<32>()};
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.set_password(this->bob.account.id, "$argon2id$another"));
    return to.put_second_factor(factor);
  })));
  EXPECT_EQ(this->store->credential("bob@example.org").value()->password_hash, "$argon2id$another");
  EXPECT_FALSE(this->store->second_factor(this->house.owner.account.id).value());
  factor.recovery_codes.pop_back();
  factor.last_step = 58;
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.put_second_factor(factor); })));
  const auto found = this->store->second_factor(this->bob.account.id).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sealed, (Buffer{1, 2, 3}));
  EXPECT_TRUE(found->confirmed);
  EXPECT_EQ(found->last_step, 58);
  EXPECT_EQ(found->recovery_codes, factor.recovery_codes);
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_second_factor(this->bob.account.id); })));
  EXPECT_FALSE(this->store->second_factor(this->bob.account.id).value());
}

TYPED_TEST_P(PeopleContract, AnAnswerIsKeptWithItsTokenUntilItIsOldOrOneOfTooMany) {
  const Token mine = this->key(), hers = this->key();
  const auto answer = [&](const Token& of, int minute) {
    KeptAnswer out{of.id, this->samples.random.template block<32>(), {}, noon_for_test + Seconds{60 * minute}, {}};
    out.request.fill(7);
    return out;
  };
  const auto put = [&](const KeptAnswer& one) { return this->change([&](Changes& to) { return to.put_answer(one); }); };
  KeptAnswer first = answer(mine, 0);
  EXPECT_TRUE(fails_with(put(first), Errc::not_found)) << "its token is not there";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) -> Status {
    TRY(to.put_member(this->workspace, mine.account, Role::admin, noon_for_test));
    TRY(to.add_token(mine));
    return to.add_token(hers);
  })));
  ASSERT_TRUE(is_well(put(first)));
  EXPECT_FALSE(this->store->kept_answer(first.token, first.name).value()->sealed) << "it was begun";
  first.sealed = Buffer{1, 2, 3};
  ASSERT_TRUE(is_well(put(first)));
  const auto kept = this->store->kept_answer(first.token, first.name).value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->sealed, first.sealed);
  EXPECT_EQ(kept->request, first.request);
  EXPECT_EQ(kept->at, first.at);
  EXPECT_FALSE(this->store->kept_answer(hers.id, first.name).value()) << "a name is its token's own";

  const KeptAnswer second = answer(mine, 1), third = answer(mine, 2), other = answer(hers, 1);
  for (const KeptAnswer& one : {second, third, other}) ASSERT_TRUE(is_well(put(one)));
  const auto is_there = [&](const KeptAnswer& one) {
    return this->store->kept_answer(one.token, one.name).value().has_value();
  };
  const auto remove = [&](Timestamp before, std::size_t keep) {
    return this->change([&](Changes& to) { return to.remove_old_answers(mine.id, before, keep); });
  };
  ASSERT_TRUE(is_well(remove(noon_for_test - Seconds{1}, 2)));
  EXPECT_FALSE(is_there(first)) << "one of too many";
  EXPECT_TRUE(is_there(second) && is_there(third) && is_there(other));
  ASSERT_TRUE(is_well(remove(second.at, 2)));
  EXPECT_FALSE(is_there(second) || is_there(other)) << "old ones of all tokens";
  ASSERT_TRUE(is_well(this->change([&](Changes& to) { return to.remove_token(mine.hash); })));
  EXPECT_FALSE(is_there(third));
}

REGISTER_TYPED_TEST_SUITE_P(PeopleContract, WhoMakesAWorkspaceOwnsItAndOthersJoin,
                            WhoLeavesTakesTheirKeysOfThatWorkspace, AKeyComesBackWholeAndIsListed,
                            AnInvitationIsOneForAnAddressAndEnds, APasswordAndASecondFactorAreReplaced,
                            AnAnswerIsKeptWithItsTokenUntilItIsOldOrOneOfTooMany);

}  // namespace signet::fleet
