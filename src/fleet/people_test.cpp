#include "fleet/people.h"
#include "fleet/manager_for_test.h"
#include "fleet/state.h"

namespace signet::fleet {
namespace {

constexpr const char* far_away = "203.0.113.80:1234";

struct PeopleTest : testing::Test {
  PeopleTest() {
    m.set_up();
    workspace = m.workspace.id;
  }
  // A new account in the owner's workspace.
  Actor member(const std::string& email, Role role) {
    const Invited invited = people.invite(m.owner, m.workspace.id, {email, role}).value();
    m.clock.advance(Quota::window);
    const SignedIn in = people.join(invited.token, password_for_test, far_away).value();
    return m.fleet.authenticate(in.token, far_away).value();
  }
  Manager_for_test m;
  People people{m.fleet};
  WorkspaceId workspace;
};

TEST(Permission, AnActionThatIsInNoTableIsRefusedToEverybody) {
  EXPECT_TRUE(check_role("job.schedule", Role::operator_, false));
  EXPECT_TRUE(fails_with(check_role("job.schedule", Role::viewer, false), Errc::forbidden));
  EXPECT_TRUE(fails_with(check_role("job.invent", Role::owner, false), Errc::forbidden));
  EXPECT_TRUE(fails_with(check_role("", Role::owner, false), Errc::forbidden));
  EXPECT_TRUE(fails_with(check_role("audit.read", Role::owner, false), Errc::forbidden)) << "the manager's, no role's";
  EXPECT_TRUE(check_role("device.read", Role::viewer, true));
  EXPECT_TRUE(fails_with(check_role("job.schedule", Role::owner, true), Errc::forbidden)) << "only reads";
  for (std::size_t i = 0; i < role_names.size(); ++i) EXPECT_EQ(read_role(role_names[i]).value(), static_cast<Role>(i));
  EXPECT_TRUE(fails_with(read_role("Owner"), Errc::malformed));
}

TEST_F(PeopleTest, EachRoleMayWhatThoseBeforeItMay) {
  const Device lamp = m.make_device("lamp");
  const Actor viewer = member("v@example.org", Role::viewer), worker = member("o@example.org", Role::operator_);
  const Actor admin = member("a@example.org", Role::admin);
  for (const Actor* one : {&viewer, &worker, &admin}) {
    EXPECT_TRUE(is_well(m.fleet.devices(*one, {workspace})));
    EXPECT_TRUE(is_well(m.fleet.twin(*one, lamp.id)));
    EXPECT_TRUE(is_well(people.members(*one, workspace)));
    EXPECT_TRUE(fails_with(m.fleet.audit(*one, 0, 10), Errc::forbidden)) << "the manager's own";
  }
  const auto refused = m.fleet.schedule_job(viewer, lamp.id, {.name = "blink"});
  ASSERT_TRUE(fails_with(refused, Errc::forbidden));
  EXPECT_EQ(refused.error().what, "this needs the role operator here, and yours is viewer");
  EXPECT_TRUE(may_be_told(refused.error()));
  EXPECT_FALSE(m.last_audit().allowed);
  EXPECT_TRUE(is_well(m.fleet.schedule_job(worker, lamp.id, {.name = "blink"})));
  EXPECT_TRUE(fails_with(m.fleet.cancel_job(viewer, lamp.id, "blink"), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.update_device(viewer, workspace, lamp.id, {.name = "n"}, {}), Errc::forbidden));
  EXPECT_TRUE(is_well(m.fleet.update_device(worker, workspace, lamp.id, {.name = "n"}, {})));
  EXPECT_TRUE(fails_with(m.fleet.create_fleet(worker, workspace, "n", ""), Errc::forbidden));
  EXPECT_TRUE(is_well(m.fleet.create_fleet(admin, workspace, "n", "")));
  EXPECT_TRUE(fails_with(people.keys(worker, workspace), Errc::forbidden));
  EXPECT_TRUE(fails_with(m.fleet.devices(m.stranger(), {workspace}), Errc::not_found));
}

TEST_F(PeopleTest, NobodyGivesOrTakesARoleAboveTheirOwn) {
  const Actor admin = member("a@example.org", Role::admin), other = member("b@example.org", Role::viewer);
  EXPECT_TRUE(is_well(people.set_role(admin, workspace, other.account, Role::admin)));
  EXPECT_TRUE(fails_with(people.set_role(admin, workspace, other.account, Role::owner), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.set_role(admin, workspace, admin.account, Role::owner), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.set_role(admin, workspace, m.owner.account, Role::viewer), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.remove(admin, workspace, m.owner.account), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.invite(admin, workspace, {"c@example.org", Role::owner}), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.create_key(admin, workspace, {"k", Role::owner}), Errc::forbidden));
  EXPECT_TRUE(is_well(people.set_role(m.owner, workspace, other.account, Role::viewer)));
  EXPECT_TRUE(fails_with(people.set_role(other, workspace, other.account, Role::admin), Errc::forbidden));
  EXPECT_TRUE(fails_with(people.set_role(m.stranger(), workspace, other.account, Role::viewer), Errc::not_found));
  EXPECT_TRUE(
      fails_with(people.set_role(m.owner, workspace, m.strangers.owner.account.id, Role::viewer), Errc::not_found));
}

TEST_F(PeopleTest, TheLastOwnerStays) {
  EXPECT_TRUE(fails_with(people.remove(m.owner, workspace, m.owner.account), Errc::conflict));
  EXPECT_TRUE(fails_with(people.set_role(m.owner, workspace, m.owner.account, Role::admin), Errc::conflict));
  EXPECT_TRUE(is_well(people.set_role(m.owner, workspace, m.owner.account, Role::owner)));
  const Actor second = member("b@example.org", Role::owner);
  EXPECT_TRUE(is_well(people.set_role(second, workspace, m.owner.account, Role::viewer)));
  EXPECT_TRUE(fails_with(people.remove(second, workspace, second.account), Errc::conflict));
  EXPECT_TRUE(is_well(people.remove(m.owner, workspace, m.owner.account))) << "anybody may leave";
  EXPECT_TRUE(fails_with(m.fleet.devices(m.owner, {workspace}), Errc::not_found));
  EXPECT_EQ(people.members(second, workspace).value().size(), 1u);
}

TEST_F(PeopleTest, AnInvitationIsGoodOnceForItsAddressAndForATime) {
  const Invited invited = people.invite(m.owner, workspace, {"Bob@Example.org", Role::operator_}).value();
  EXPECT_TRUE(invited.token.starts_with("sgi_"));
  EXPECT_EQ(people.invitations(m.owner, workspace).value().at(0).email, "bob@example.org");
  for (const AuditEntry& entry : m.audit()) EXPECT_EQ(entry.detail.find(invited.token), std::string::npos);
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(people.accept(eve, invited.token), Errc::not_found)) << "it is not hers";
  EXPECT_TRUE(fails_with(people.join("", password_for_test, far_away), Errc::not_found));
  EXPECT_TRUE(
      fails_with(people.join(std::string(token_bytes_max + 1, 'a'), password_for_test, far_away), Errc::not_found));
  EXPECT_TRUE(fails_with(people.join(invited.token, "short", far_away), Errc::malformed)) << "and it stays good";
  const SignedIn in = people.join(invited.token, password_for_test, far_away).value();
  EXPECT_EQ(in.workspace.id, workspace);
  EXPECT_TRUE(fails_with(people.join(invited.token, password_for_test, far_away), Errc::not_found)) << "used";
  EXPECT_TRUE(is_well(m.fleet.sign_in("bob@example.org", password_for_test, far_away)));
  EXPECT_TRUE(fails_with(people.invite(m.owner, workspace, {"bob@example.org"}), Errc::conflict)) << "is a member";

  const Invited late = people.invite(m.owner, workspace, {"joe@example.org"}).value();
  m.clock.advance(late.invitation.expires_at - m.clock.now());
  EXPECT_TRUE(fails_with(people.join(late.token, password_for_test, far_away), Errc::not_found));
}

TEST_F(PeopleTest, AnAccountThatIsThereAcceptsWithItsOwnAddress) {
  const Actor eve = m.stranger();
  const Invited invited = people.invite(m.owner, workspace, {"eve@example.org", Role::admin}).value();
  EXPECT_TRUE(fails_with(people.join(invited.token, password_for_test, far_away), Errc::conflict));
  const Joined joined = people.accept(eve, invited.token).value();
  EXPECT_EQ(joined.workspace.id, workspace);
  EXPECT_EQ(joined.role, Role::admin);
  EXPECT_EQ(m.fleet.workspaces(eve).value().size(), 2u);
  EXPECT_TRUE(fails_with(people.accept(eve, invited.token), Errc::not_found));
}

TEST_F(PeopleTest, WhoMayNotInviteAnyMoreHasInvitedNobody) {
  const Actor admin = member("a@example.org", Role::admin);
  const Invited first = people.invite(admin, workspace, {"x@example.org", Role::admin}).value();
  const Invited second = people.invite(admin, workspace, {"y@example.org", Role::viewer}).value();
  const Invited third = people.invite(m.owner, workspace, {"z@example.org", Role::viewer}).value();
  ASSERT_TRUE(is_well(people.set_role(m.owner, workspace, admin.account, Role::operator_)));
  EXPECT_TRUE(fails_with(people.join(first.token, password_for_test, far_away), Errc::not_found));
  ASSERT_TRUE(is_well(people.remove(m.owner, workspace, admin.account)));
  EXPECT_TRUE(fails_with(people.join(second.token, password_for_test, far_away), Errc::not_found));
  ASSERT_EQ(people.invitations(m.owner, workspace).value().size(), 1u);
  ASSERT_TRUE(is_well(people.withdraw(m.owner, workspace, third.invitation.id)));
  EXPECT_TRUE(fails_with(people.join(third.token, password_for_test, far_away), Errc::not_found));
  EXPECT_TRUE(fails_with(people.withdraw(m.owner, workspace, third.invitation.id), Errc::not_found));
}

TEST_F(PeopleTest, InvitationsAndKeysAreLimitedInNumberAndTime) {
  const auto invite = [&](Seconds lasts) {
    return people.invite(m.owner, workspace, {"t@example.org", Role::viewer, lasts});
  };
  EXPECT_TRUE(is_well(invite(invitation_time_max)));
  EXPECT_TRUE(fails_with(invite(invitation_time_max + Seconds{1}), Errc::malformed));
  EXPECT_TRUE(fails_with(invite(Seconds{0}), Errc::malformed));
  for (std::size_t i = 1; i < invitations_max; ++i) {
    ASSERT_TRUE(is_well(people.invite(m.owner, workspace, {std::to_string(i) + "@example.org"})));
  }
  EXPECT_TRUE(fails_with(people.invite(m.owner, workspace, {"more@example.org"}), Errc::conflict));

  KeyOrder order{"k"};
  order.lasts = api_key_time_max;
  EXPECT_TRUE(is_well(people.create_key(m.owner, workspace, order)));
  order.lasts = api_key_time_max + Seconds{1};
  EXPECT_TRUE(fails_with(people.create_key(m.owner, workspace, order), Errc::malformed));
  for (std::size_t i = 1; i < api_keys_max; ++i) ASSERT_TRUE(is_well(people.create_key(m.owner, workspace, {"k"})));
  EXPECT_TRUE(fails_with(people.create_key(m.owner, workspace, {"k"}), Errc::conflict));
}

TEST_F(PeopleTest, AWorkspaceHasSoManyMembersAtMost) {
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) -> Status {
    for (std::size_t i = 2; i < members_max; ++i) {
      const Credential one = m.samples.account(std::to_string(i) + "@example.org");
      TRY(to.add_account(one));
      TRY(to.put_member(workspace, one.account.id, Role::viewer, m.clock.now()));
    }
    return {};
  })));
  member("last@example.org", Role::viewer);
  EXPECT_TRUE(fails_with(people.invite(m.owner, workspace, {"more@example.org"}), Errc::conflict));
}

TEST_F(PeopleTest, AKeyMayNoMoreThanItsScopeAndItsMaker) {
  const Device lamp = m.make_device("lamp");
  const Actor admin = member("a@example.org", Role::admin);
  const MadeKey reader = people.create_key(admin, workspace, {"r", Role::admin, true}).value();
  const MadeKey worker = people.create_key(admin, workspace, {"w", Role::operator_}).value();
  const auto as = [&](const MadeKey& key) { return m.fleet.authenticate(key.text, far_away).value(); };
  EXPECT_TRUE(is_well(m.fleet.device(as(reader), workspace, lamp.id)));
  const auto refused = m.fleet.create_fleet(as(reader), workspace, "n", "");
  ASSERT_TRUE(fails_with(refused, Errc::forbidden));
  EXPECT_TRUE(may_be_told(refused.error()));
  EXPECT_TRUE(is_well(m.fleet.schedule_job(as(worker), lamp.id, {.name = "blink"})));
  EXPECT_TRUE(fails_with(m.fleet.create_fleet(as(worker), workspace, "n", ""), Errc::forbidden)) << "its maker might";
  ASSERT_TRUE(is_well(people.set_role(m.owner, workspace, admin.account, Role::viewer)));
  EXPECT_TRUE(fails_with(m.fleet.schedule_job(as(worker), lamp.id, {.name = "blink"}), Errc::forbidden));
  EXPECT_TRUE(is_well(m.fleet.device(as(worker), workspace, lamp.id)));
  ASSERT_TRUE(is_well(people.remove(m.owner, workspace, admin.account)));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(worker.text, far_away), Errc::unauthenticated));
}

TEST_F(PeopleTest, AKeyIsListedWithoutItsSecretAndEndsWhenRevokedOrInTime) {
  KeyOrder order{"ci"};
  order.lasts = Seconds{60};
  const MadeKey brief = people.create_key(m.owner, workspace, order).value();
  const MadeKey lasting = people.create_key(m.owner, workspace, {"pump"}).value();
  const auto listed = people.keys(m.owner, workspace).value();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].name, "ci");
  EXPECT_EQ(listed[0].prefix, brief.text.substr(0, listed[0].prefix.size()));
  EXPECT_LT(listed[0].prefix.size(), 12u);
  EXPECT_TRUE(is_well(m.fleet.authenticate(brief.text, far_away)));
  m.clock.advance(Seconds{60});
  EXPECT_TRUE(fails_with(m.fleet.authenticate(brief.text, far_away), Errc::unauthenticated));
  EXPECT_TRUE(is_well(m.fleet.authenticate(lasting.text, far_away)));
  ASSERT_TRUE(is_well(people.revoke_key(m.owner, workspace, lasting.key.id)));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(lasting.text, far_away), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(people.revoke_key(m.owner, workspace, lasting.key.id), Errc::not_found));
  const Workspace lab = m.fleet.create_workspace(m.owner, "lab", "").value();
  const MadeKey elsewhere = people.create_key(m.owner, lab.id, {"k"}).value();
  EXPECT_TRUE(fails_with(people.revoke_key(m.owner, workspace, elsewhere.key.id), Errc::not_found));
}

TEST_F(PeopleTest, WhenAKeyWasUsedIsWrittenOnceAMinuteWithSomethingElse) {
  const MadeKey made = people.create_key(m.owner, workspace, {"ci"}).value();
  const auto use = [&] { EXPECT_TRUE(is_well(m.fleet.authenticate(made.text, far_away))); };
  const auto stored = [&] { return m.store.token(made.key.hash).value()->last_used; };
  m.clock.advance(Uses::written_every);
  use();
  const int commits = m.store.commits();
  const Timestamp first = m.clock.now();
  for (int i = 0; i < 1000; ++i) use();
  EXPECT_EQ(m.store.commits(), commits) << "a request costs none";
  EXPECT_EQ(people.keys(m.owner, workspace).value()[0].last_used, first) << "and it is known all the same";
  ASSERT_TRUE(is_well(m.fleet.settle()));
  EXPECT_EQ(stored(), first);
  m.clock.advance(Seconds{1});
  use();
  ASSERT_TRUE(is_well(m.fleet.settle()));
  EXPECT_EQ(m.store.commits(), commits + 1) << "not twice a minute";
  m.clock.advance(Uses::written_every);
  m.make_device("with its commit");
  EXPECT_EQ(m.store.commits(), commits + 2);
  EXPECT_EQ(stored(), first + Seconds{1});
}

TEST_F(PeopleTest, ASessionThatIsNotUsedEnds) {
  const auto sign_in = [&] { return m.fleet.sign_in(email_for_test, password_for_test, far_away).value().token; };
  const std::string token = sign_in();
  const Seconds almost = Policy{}.session_idle - Seconds{1};
  for (int i = 0; i < 3; ++i) {
    m.clock.advance(almost);
    EXPECT_TRUE(is_well(m.fleet.authenticate(token, far_away))) << i;
  }
  m.clock.advance(almost + Seconds{1});
  EXPECT_TRUE(fails_with(m.fleet.authenticate(token, far_away), Errc::unauthenticated));
  EXPECT_TRUE(fails_with(m.fleet.authenticate(token, far_away), Errc::unauthenticated)) << "asking revives nothing";
}

TEST_F(PeopleTest, TheOldestSessionMakesRoom) {
  std::string first;
  for (std::size_t i = 0; i <= sessions_of_account_max; ++i) {
    m.clock.advance(Quota::window);
    const std::string token = m.fleet.sign_in(email_for_test, password_for_test, far_away).value().token;
    if (first.empty()) first = token;
  }
  EXPECT_TRUE(fails_with(m.fleet.authenticate(first, far_away), Errc::unauthenticated));
  EXPECT_EQ(m.store.sessions_of(m.owner.account).value().size(), sessions_of_account_max);
}

}  // namespace
}  // namespace signet::fleet
