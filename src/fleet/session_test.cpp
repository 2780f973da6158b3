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
  std::optional<DeviceSession> kept() {
    auto found = m.fleet.session(who.device).value();
    return found && found->is_over(m.clock.now()) ? std::nullopt : found;
  }
  std::vector<std::string> payloads() {
    DataQuery query;
    query.workspace = who.workspace, query.newest_first = false;
    std::vector<std::string> out;
    for (const DataRow& row : m.store.data(query).value()) out.push_back(row.reading.payload);
    return out;
  }
  // It came with the will, and has left; that is due in `delay`.
  Status leave(Seconds delay, DeviceSession::Will will) {
    will.delay = delay;
    session.will = std::move(will);
    TRY(m.fleet.write_sessions({.left = {}, .kept = {}, .readings = {}, .wills = {}, .opened = {session}}));
    return m.fleet.write_sessions({{{who.device, m.clock.now(), session.lifetime, true}}, {}, {}});
  }
  static DeviceSession::Will reading(std::string payload) { return {.tag = "last", .payload = std::move(payload)}; }

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

// --- wills that wait

TEST_F(DeviceSessionTest, AWillIsPublishedWhenItIsDueOnceAndNoSooner) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(leave(Seconds{10}, reading(R"({"gone":1})"))));
  m.clock.advance(Seconds{10} - Micros{1});
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_TRUE(payloads().empty());
  m.clock.advance(Micros{1});
  m.store.fail_next_commits(1);
  EXPECT_TRUE(fails_with(m.fleet.publish_wills_due(), Errc::exhausted));
  EXPECT_TRUE(payloads().empty());
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_EQ(payloads(), std::vector<std::string>{R"({"gone":1})"});
  EXPECT_TRUE(kept()) << "the session goes on";
}

TEST_F(DeviceSessionTest, AWillOutlivesItsSessionUntilItIsPublished) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(leave(session.lifetime, reading(R"({"gone":2})"))));
  m.clock.advance(session.lifetime);
  ASSERT_TRUE(is_well(m.fleet.recover_sessions())) << "the manager was away meanwhile";
  EXPECT_FALSE(kept());
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_EQ(payloads(), std::vector<std::string>{R"({"gone":2})"});
  EXPECT_FALSE(m.store.session(who.device).value());
}

TEST_F(DeviceSessionTest, AWillOfWhoWasConnectedWhenTheManagerWentAwayIsPublished) {
  session.lifetime = Seconds{0};
  session.will = reading(R"({"gone":4})");
  const SessionBatch opened{.left = {}, .kept = {}, .readings = {}, .wills = {}, .opened = {session}};
  ASSERT_TRUE(is_well(m.fleet.write_sessions(opened)));
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_TRUE(payloads().empty()) << "it is connected";
  ASSERT_TRUE(is_well(m.fleet.recover_sessions()));
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_EQ(payloads(), std::vector<std::string>{R"({"gone":4})"}) << "[MQTT-3.1.2-8]";
  EXPECT_FALSE(m.store.session(who.device).value());
}

TEST_F(DeviceSessionTest, AWillOnTheRoadUpIsHeardAsTheDeviceWould) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(leave(Seconds{0}, {.up = true, .payload = R"({"key":"state","value":"gone"})"})));
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_EQ(m.fleet.twin(m.owner, who.device).value().current.at(0).value, R"("gone")");
}

TEST_F(DeviceSessionTest, AWillThatIsNoMessageIsDroppedAndTold) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(leave(Seconds{0}, reading("no JSON"))));
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_TRUE(payloads().empty());
  EXPECT_FALSE(kept()->will);
  const auto audit = m.store.audit(0, 1000).value();
  EXPECT_NE(audit.back().detail.find("its will: payload is not JSON"), std::string::npos) << audit.back().detail;
}

TEST_F(DeviceSessionTest, AWillGoesWithTheIdentity) {
  ASSERT_TRUE(is_well(keep()));
  ASSERT_TRUE(is_well(leave(Seconds{10}, reading(R"({"gone":3})"))));
  ASSERT_TRUE(is_well(m.fleet.revoke(m.owner, who.device, "lost")));
  m.clock.advance(Seconds{10});
  ASSERT_TRUE(is_well(m.fleet.publish_wills_due()));
  EXPECT_TRUE(payloads().empty());
}

TEST_F(DeviceSessionTest, NoMoreThanWillsAtOnceMaxShareACommit) {
  SessionBatch batch;
  std::vector<SessionLeft> left;
  const House_for_test house = build_house_for_test(m.samples, m.store, "many@example.org");
  ASSERT_TRUE(is_well(m.store.change([&](Changes& to) -> Status {
    for (std::size_t i = 0; i <= wills_at_once_max; ++i) {
      Device device = house.pump;
      device.id = m.samples.ids.next<DeviceIdKind>();
      TRY(to.add_device(device));
      batch.opened.push_back({.device = device.id, .lifetime = Seconds{60}, .will = reading("{}")});
      left.push_back({device.id, m.clock.now(), Seconds{60}, true});
    }
    return {};
  })));
  ASSERT_TRUE(is_well(m.fleet.write_sessions(std::move(batch))));
  ASSERT_TRUE(is_well(m.fleet.write_sessions({left, {}, {}})));
  const int before = m.store.commits();
  EXPECT_TRUE(m.fleet.publish_wills_due().value()) << "there may be more";
  EXPECT_FALSE(m.fleet.publish_wills_due().value());
  EXPECT_EQ(m.store.commits(), before + 2);
  EXPECT_TRUE(m.store.wills_due(m.clock.now(), 1).value().empty());
}

}  // namespace
}  // namespace signet::fleet
