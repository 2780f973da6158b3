// Sessions of devices that outlive their connection.
#include "fleet/manager_for_test.h"

#include <gtest/gtest.h>

namespace signet::fleet {
namespace {

class DeviceSessionTest : public testing::Test {
 protected:
  DeviceSessionTest() {
    m.set_up();
    who = m.admitted("pump", "sn0123F1822C38DD7A01");
    session.device = who.device, session.lifetime = Seconds{60};
  }
  Status keep() { return m.fleet.write_sessions({{}, {session}, {}}); }
  std::optional<DeviceSession> kept() { return m.fleet.session(who.device).value(); }

  Manager_for_test m;
  Admission who;
  DeviceSession session;
};

TEST_F(DeviceSessionTest, LivesAsLongAsItWasGivenAfterItsConnection) {
  session.listens = std::uint8_t{1};
  session.ends_at = m.clock.now() + session.lifetime;
  ASSERT_TRUE(is_well(keep()));
  m.clock.advance(Seconds{60} - Micros{1});
  EXPECT_EQ(kept(), session);
  m.clock.advance(Micros{1});
  EXPECT_FALSE(kept()) << "[MQTT-4.1.0-2]";
}

TEST_F(DeviceSessionTest, OneThatWasConnectedWhenTheManagerWentAwayBeginsToEnd) {
  ASSERT_TRUE(is_well(keep()));
  m.clock.advance(Seconds{1000});
  EXPECT_TRUE(kept());
  ASSERT_TRUE(is_well(m.fleet.recover_sessions()));
  EXPECT_EQ(kept()->ends_at, m.clock.now() + Seconds{60});
  m.clock.advance(Seconds{60});
  ASSERT_TRUE(is_well(m.fleet.recover_sessions()));
  EXPECT_FALSE(m.store.session(who.device).value()) << "and is not stored for ever";
}

TEST_F(DeviceSessionTest, EndsWithTheIdentity) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(m.fleet.quarantine(m.owner, who.dcn, "")));
  EXPECT_FALSE(kept());
  ASSERT_TRUE(is_well(m.fleet.release(m.owner, who.dcn)));
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(m.fleet.unclaim(m.owner, who.device)));
  EXPECT_FALSE(kept());
  const Admission other = m.admitted("lamp", "sn0123F1822C38DD7A02");
  session.device = other.device;
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, other.device, "")));
  EXPECT_FALSE(m.fleet.session(other.device).value());
}

TEST_F(DeviceSessionTest, AReadingAndItsPacketIdAreThereTogetherOrNotAtAll) {
  const Reading reading = m.fleet.judge(who, "speed", std::nullopt, R"({"value":1})").value();
  session.unreleased = {7};
  const SessionBatch batch{{}, {session}, {reading}};
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.write_sessions(batch), Errc::exhausted));
  EXPECT_FALSE(kept());
  ASSERT_TRUE(is_well(m.fleet.write_sessions(batch)));
  EXPECT_EQ(kept()->unreleased, std::vector<std::uint16_t>{7});
  DataQuery query;
  query.workspace = who.workspace;
  EXPECT_EQ(m.store.data(query).value().size(), 1u);
}

TEST_F(DeviceSessionTest, EndsWithItsConnectionOrLater) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(m.fleet.write_sessions({{{who.device, m.clock.now(), Seconds{5}}}, {}, {}})));
  EXPECT_EQ(kept()->ends_at, m.clock.now() + Seconds{5});
  ASSERT_TRUE(is_well(m.fleet.write_sessions({{{who.device, m.clock.now(), Seconds{0}}}, {}, {}})));
  EXPECT_FALSE(kept());
  const int before = m.store.commits();
  ASSERT_TRUE(is_well(m.fleet.write_sessions({})));
  EXPECT_EQ(m.store.commits(), before) << "nothing is not written";
}

}  // namespace
}  // namespace signet::fleet
