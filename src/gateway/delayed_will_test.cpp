// A will that waits: a device that is back in time has not died (MQTT 5.0, 3.1.3.2.2).
#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

using mqtt::ReasonCode;

class GatewayDelayedWill : public Scene {
 protected:
  std::unique_ptr<FakeDevice> come(std::uint32_t delay = 10, std::uint32_t expiry = 100, bool clean_start = false) {
    mqtt::ClientOptions asks = options(ann);
    asks.clean_start = clean_start, asks.session_expiry = expiry;
    asks.will = mqtt::ClientOptions::Will{data_topic(ann), R"({"gone":true})", mqtt::Qos::at_least_once, delay};
    auto made = device(ann, std::move(asks));
    made->connect();
    EXPECT_TRUE(made->heard.connected);
    return made;
  }
  void pass(Seconds seconds) {
    for (int i = 0; i < seconds.count(); ++i) clock.advance(Seconds{1}), registrar->sweep();
  }
  std::size_t published() {
    turn.end();
    return kept().size();
  }
};

TEST_F(GatewayDelayedWill, IsPublishedWhenItsDelayHasPassed) {
  come()->hang_up();
  pass(Seconds{9});
  EXPECT_EQ(published(), 0u);
  pass(Seconds{1});
  ASSERT_EQ(published(), 1u);
  EXPECT_EQ(kept()[0].reading.payload, R"({"gone":true})");
  pass(Seconds{100});
  EXPECT_EQ(published(), 1u) << "once";
}

TEST_F(GatewayDelayedWill, IsCancelledByWhoIsBackInTime) {
  come()->hang_up();
  pass(Seconds{9});
  auto back = come();
  EXPECT_TRUE(back->heard.session_present);
  pass(Seconds{100});
  EXPECT_EQ(published(), 0u) << "[MQTT-3.1.3-9]";
}

TEST_F(GatewayDelayedWill, IsPublishedWhenWhoIsBackComesTooLateThoughNobodyLookedMeanwhile) {
  come()->hang_up();
  clock.advance(Seconds{10});
  auto back = come();
  EXPECT_TRUE(back->heard.session_present);
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, WaitsNoLongerThanTheSessionLives) {
  come(1000, 5)->hang_up();
  pass(Seconds{5});
  EXPECT_EQ(published(), 1u) << "[MQTT-3.1.2-8]";
  EXPECT_FALSE(store.session(ann.id).value());
}

TEST_F(GatewayDelayedWill, WithoutAKeptSessionIsPublishedAtOnce) {
  come(10, 0)->hang_up();
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, WithoutADelayIsPublishedAtOnce) {
  come(0)->hang_up();
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, ACleanStartEndsTheSessionAndPublishesIt) {
  come()->hang_up();
  auto back = come(10, 100, true);
  EXPECT_FALSE(back->heard.session_present);
  EXPECT_EQ(published(), 1u);
  EXPECT_FALSE(store.session(ann.id).value()->will->due) << "that is the will of who is back";
}

TEST_F(GatewayDelayedWill, ATakeoverThatGoesOnCancelsItAndACleanOnePublishesIt) {
  auto first = come();
  auto second = come();
  first->hear();
  EXPECT_EQ(first->heard.ended, ReasonCode::session_taken_over);
  pass(Seconds{20});
  EXPECT_EQ(published(), 0u);
  auto third = come(10, 100, true);
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, AnOrderlyEndDropsIt) {
  auto one = come();
  one->mqtt.disconnect(ReasonCode::success, std::nullopt);
  one->talk();
  pass(Seconds{100});
  EXPECT_EQ(published(), 0u);
}

TEST_F(GatewayDelayedWill, AnEndThatAsksForItKeepsTheDelay) {
  auto one = come();
  one->mqtt.disconnect(ReasonCode::disconnect_with_will, std::nullopt);
  one->talk();
  EXPECT_EQ(published(), 0u);
  pass(Seconds{10});
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, AnEndThatEndsTheSessionTooPublishesItAtOnce) {
  auto one = come();
  one->mqtt.disconnect(ReasonCode::disconnect_with_will, 0);
  one->talk();
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, ItOutlivesTheManager) {
  come()->hang_up();
  desk.reset();
  registrar.emplace(fleet, config.sessions_max);  // the next life
  pass(Seconds{10});
  EXPECT_EQ(published(), 1u);
}

TEST_F(GatewayDelayedWill, WhenTheManagerStopsWhoIsNotBackInTimeHasDied) {
  auto one = come();
  hall().close_all();
  EXPECT_EQ(published(), 0u);
  pass(Seconds{10});
  EXPECT_EQ(published(), 1u) << "[MQTT-3.1.2-8]";
}

TEST_F(GatewayDelayedWill, WhenTheManagerDiesItDoesNotGoWithIt) {
  for (const std::uint32_t expiry : {100u, 0u}) {
    auto one = come(expiry == 0 ? 0 : 10, expiry);
    ASSERT_TRUE(fleet.recover_sessions());  // the first that its next life does; nobody told it that the device left
    const std::size_t before = published();
    pass(Seconds{expiry == 0 ? 1 : 9});
    EXPECT_EQ(published(), before + (expiry == 0 ? 1 : 0));
    pass(Seconds{1});
    EXPECT_EQ(published(), before + 1) << "[MQTT-3.1.2-8]";
  }
}

TEST_F(GatewayDelayedWill, ADeviceWithAWillIsNotWelcomeBeforeThatIsWritten) {
  mqtt::ClientOptions asks = options(ann);
  asks.will = mqtt::ClientOptions::Will{data_topic(ann), "{}", mqtt::Qos::at_least_once, 0};
  const auto connacks = [&](int commits_that_fail) {
    auto one = device(ann, asks);
    store.fail_next_commits(commits_that_fail);
    one->connect();
    store.fail_next_commits(0);
    return one->heard;
  };
  EXPECT_TRUE(connacks(0).connected);
  hall();
  EXPECT_FALSE(connacks(2).connected);
}

TEST_F(GatewayDelayedWill, GoesWithTheIdentity) {
  auto one = come();
  ASSERT_TRUE(store.change([&](fleet::Changes& to) { return to.remove_session(ann.id); }));
  registrar->on_expelled(ann.id);
  one->hang_up();
  pass(Seconds{100});
  EXPECT_EQ(published(), 0u);
}

TEST_F(GatewayDelayedWill, AFullDiskDelaysItAndLosesNothing) {
  come()->hang_up();
  clock.advance(Seconds{10});
  store.fail_next_commits(1);
  EXPECT_FALSE(registrar->sweep());
  EXPECT_EQ(published(), 0u);
  EXPECT_FALSE(registrar->sweep());
  EXPECT_EQ(published(), 1u);
}

}  // namespace
}  // namespace signet::gateway
