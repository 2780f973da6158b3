#include "fleet/manager_for_test.h"

namespace signet::fleet {
namespace {

struct QuarantineTest : testing::Test {
  explicit QuarantineTest(Policy policy = {}) : m(policy) {
    m.set_up();
    who = m.admitted("pump", "sn0123AAAAAAAAAAAA01");
  }
  Manager_for_test m;
  Admission who;

  IdentityState state() { return m.fleet.find_identity(m.owner, who.dcn).value().state; }
  void flap(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      m.clock.advance(Seconds{5});
      m.fleet.taken_over(who, i % 2 == 0 ? "198.51.100.1:1" : "203.0.113.7:1",
                         i % 2 == 0 ? "203.0.113.7:1" : "198.51.100.1:1");
    }
  }
  std::size_t alarms() {
    std::size_t count = 0;
    for (const AuditEntry& entry : m.audit()) count += entry.action == "identity.duplicated" ? 1u : 0u;
    return count;
  }
};

TEST_F(QuarantineTest, KeepsAUnitOutUntilItIsReleased) {
  ASSERT_TRUE(is_well(m.fleet.admit(who.fingerprint)));
  ASSERT_TRUE(is_well(m.fleet.quarantine(m.owner, who.dcn, "seen on two boards")));
  EXPECT_EQ(state(), IdentityState::quarantined);
  EXPECT_EQ(m.expelled, std::vector{who.device}) << "its session ends";
  const auto refused = m.fleet.admit(who.fingerprint);
  EXPECT_TRUE(fails_with(refused, Errc::forbidden));
  EXPECT_NE(refused.error().what.find("is in quarantine"), std::string::npos);
  EXPECT_EQ(m.last_audit().action, "registry.quarantine");
  EXPECT_EQ(m.last_audit().detail, "seen on two boards");
  EXPECT_TRUE(fails_with(m.fleet.quarantine(m.owner, who.dcn, ""), Errc::conflict));
  EXPECT_TRUE(fails_with(m.fleet.unclaim(m.owner, who.device), Errc::conflict)) << "no way round it";

  ASSERT_TRUE(is_well(m.fleet.release(m.owner, who.dcn)));
  EXPECT_TRUE(is_well(m.fleet.admit(who.fingerprint)));
  EXPECT_EQ(state(), IdentityState::claimed);
  EXPECT_EQ(m.last_audit().action, "registry.release");
  EXPECT_TRUE(fails_with(m.fleet.release(m.owner, who.dcn), Errc::conflict));
}

TEST_F(QuarantineTest, AnUnclaimedUnitInItCannotBeClaimed) {
  auto unit = m.make_unit();
  ASSERT_TRUE(is_well(m.fleet.import_units(m.owner, {unit.unit}, "by hand")));
  ASSERT_TRUE(is_well(m.fleet.quarantine(m.owner, unit.unit.dcn, "stolen lot")));
  EXPECT_TRUE(fails_with(m.fleet.begin_claim(m.owner, m.make_device("other").id, unit.unit.dcn), Errc::forbidden));
  ASSERT_TRUE(is_well(m.fleet.release(m.owner, unit.unit.dcn)));
  EXPECT_EQ(m.fleet.find_identity(m.owner, unit.unit.dcn).value().state, IdentityState::known);
}

TEST_F(QuarantineTest, IsNoStrangersBusiness) {
  const Actor eve = m.stranger();
  EXPECT_TRUE(fails_with(m.fleet.quarantine(eve, who.dcn, ""), Errc::not_found));
  EXPECT_TRUE(fails_with(m.fleet.release(eve, who.dcn), Errc::not_found));
  EXPECT_EQ(state(), IdentityState::claimed);
}

TEST_F(QuarantineTest, ARevokedUnitStaysRevoked) {
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, who.device, "")));
  EXPECT_TRUE(fails_with(m.fleet.quarantine(m.owner, who.dcn, ""), Errc::conflict));
  EXPECT_TRUE(fails_with(m.fleet.release(m.owner, who.dcn), Errc::conflict));
}

TEST_F(QuarantineTest, ADeviceThatTakesItsOwnPlaceNowAndThenIsLeftInPeace) {
  flap(takeovers_of_duplicate - 1);
  EXPECT_EQ(alarms(), 0u);
  m.clock.advance(takeover_window);
  flap(takeovers_of_duplicate - 1);
  EXPECT_EQ(alarms(), 0u);
}

TEST_F(QuarantineTest, OneIdentityOnTwoBoardsIsTold) {
  flap(takeovers_of_duplicate);
  EXPECT_EQ(alarms(), 1u);
  const AuditEntry alarm = m.last_audit();
  EXPECT_FALSE(alarm.allowed);
  EXPECT_EQ(alarm.subject, who.dcn);
  EXPECT_NE(alarm.detail.find("203.0.113.7:1"), std::string::npos) << alarm.detail;
  EXPECT_NE(alarm.detail.find("198.51.100.1:1"), std::string::npos) << alarm.detail;
  EXPECT_TRUE(is_well(m.fleet.admit(who.fingerprint))) << "the policy is to tell";
  flap(takeovers_of_duplicate - 1);
  EXPECT_EQ(alarms(), 1u) << "not at each turn";
  flap(1);
  EXPECT_EQ(alarms(), 2u);
}

struct StrictTest : QuarantineTest {
  StrictTest() : QuarantineTest({.quarantine_duplicates = true}) {}
};

TEST_F(StrictTest, OneIdentityOnTwoBoardsIsKeptOut) {
  flap(takeovers_of_duplicate - 1);
  ASSERT_TRUE(is_well(m.fleet.admit(who.fingerprint)));
  flap(1);
  EXPECT_EQ(alarms(), 1u);
  EXPECT_EQ(state(), IdentityState::quarantined);
  EXPECT_TRUE(fails_with(m.fleet.admit(who.fingerprint), Errc::forbidden));
  EXPECT_EQ(m.expelled, std::vector{who.device});
}

}  // namespace
}  // namespace signet::fleet
