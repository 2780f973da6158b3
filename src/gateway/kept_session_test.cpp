// A device's session outlives its connection: what it was sent, what it sent at QoS 2, and what it listens to.
#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

using mqtt::Qos;
using mqtt::ReasonCode;

class GatewayKeptSession : public Scene {
 protected:
  mqtt::ClientOptions kept_options(bool clean_start = false, std::uint32_t expiry = 100) {
    mqtt::ClientOptions asks = options(ann);
    asks.clean_start = clean_start, asks.session_expiry = expiry;
    return asks;
  }
  std::unique_ptr<FakeDevice> come(mqtt::ClientOptions asks) {
    auto made = device(ann, std::move(asks));
    made->connect();
    EXPECT_TRUE(made->heard.connected);
    return made;
  }
  std::unique_ptr<FakeDevice> come() { return come(kept_options()); }
  std::optional<fleet::DeviceSession> stored() { return store.session(ann.id).value(); }
  std::string up() { return "j/up/" + ann.id.str(); }
  std::string down() { return "j/dn/" + ann.id.str(); }
  // Sends a reading of QoS 2 and is gone before it hears of it; `again` is the same one with DUP.
  mqtt::Message send_and_vanish(FakeDevice& from) {
    const auto id =
        from.mqtt.publish(Qos::exactly_once, data_topic(ann), bytes_of(R"({"v":1})"), {}, clock.monotonic());
    from.session->on_bytes(from.connection, from.mqtt.take_output());
    from.hang_up();
    return {id.value(), Qos::exactly_once, true, false, data_topic(ann), R"({"v":1})"};
  }
};

TEST_F(GatewayKeptSession, WhatWasNotAcknowledgedIsSentAgainOnTheNextConnection) {
  auto first = come();
  EXPECT_FALSE(first->heard.session_present);
  first->subscribe(down());
  EXPECT_EQ(first->heard.granted, std::vector{ReasonCode::granted_qos_1});
  first->acknowledges = false;
  first->publish(up(), R"({"key":"#status","value":null})");
  ASSERT_EQ(first->heard.messages.size(), 1u);
  EXPECT_EQ(stored()->down.size(), 1u);
  first->hang_up();
  EXPECT_TRUE(stored()->ends_at);

  auto second = come();
  EXPECT_TRUE(second->heard.session_present);
  EXPECT_EQ(second->heard.messages, first->heard.messages) << "without subscribing again";
  EXPECT_TRUE(stored()->down.empty()) << "and acknowledged, it is over";
  EXPECT_FALSE(stored()->ends_at);
  second->hang_up();
  EXPECT_TRUE(come()->heard.messages.empty());
}

TEST_F(GatewayKeptSession, AReadingOfQos2IsKeptOnceThoughItsAcknowledgementWasLost) {
  auto first = come();
  mqtt::ClientOptions asks = kept_options();
  asks.kept.outbound = {send_and_vanish(*first)};
  EXPECT_EQ(kept().size(), 1u);
  EXPECT_EQ(stored()->unreleased, std::vector<std::uint16_t>{1});
  auto second = come(asks);
  EXPECT_EQ(second->heard.pubacks, (std::vector{std::pair{std::uint16_t{1}, ReasonCode::success}}));
  EXPECT_EQ(kept().size(), 1u) << "the same one";
  EXPECT_TRUE(stored()->unreleased.empty()) << "PUBREL has freed the id";
  second->publish(data_topic(ann), R"({"v":2})", Qos::exactly_once);
  EXPECT_EQ(kept().size(), 2u) << "the next one";
}

TEST_F(GatewayKeptSession, ACleanStartForgets) {
  auto first = come();
  mqtt::ClientOptions asks = kept_options(true);
  asks.kept.outbound = {send_and_vanish(*first)};
  auto second = come(asks);
  EXPECT_FALSE(second->heard.session_present);
  EXPECT_TRUE(stored()->unreleased.empty());
}

TEST_F(GatewayKeptSession, WithoutASessionExpiryNothingIsStored) {
  auto once = come(kept_options(false, 0));
  once->subscribe(down());
  once->publish(data_topic(ann), R"({"v":1})", Qos::exactly_once);
  turn.end();
  once->hear();
  once->talk();
  EXPECT_EQ(once->heard.pubacks.size(), 1u);
  EXPECT_EQ(kept().size(), 1u);
  EXPECT_FALSE(stored());
}

TEST_F(GatewayKeptSession, EndsWhenItsTimeHasPassed) {
  come()->hang_up();
  clock.advance(Seconds{99});
  EXPECT_TRUE(come()->heard.session_present);
  clock.advance(Seconds{100});
  EXPECT_FALSE(come()->heard.session_present);
}

TEST_F(GatewayKeptSession, IsKeptNoLongerThanTheManagerAllows) {
  config.session_expiry_max = Seconds{10};
  come()->hang_up();
  EXPECT_EQ(stored()->lifetime, Seconds{10});
}

TEST_F(GatewayKeptSession, DisconnectMayEndIt) {
  auto one = come();
  one->mqtt.disconnect(ReasonCode::success, 0);
  one->talk();
  EXPECT_FALSE(stored());
}

TEST_F(GatewayKeptSession, IsTakenOverWithThePlace) {
  auto first = come();
  first->subscribe(down());
  auto second = come();
  first->hear();
  EXPECT_EQ(first->heard.ended, ReasonCode::session_taken_over);
  EXPECT_TRUE(second->heard.session_present);
  EXPECT_EQ(stored()->listens, std::uint8_t{1});
}

TEST_F(GatewayKeptSession, GoesWithTheIdentity) {
  auto one = come();
  ASSERT_TRUE(store.change([&](fleet::Changes& to) { return to.remove_session(ann.id); }));
  registrar->on_expelled(ann.id);
  one->hang_up();
  EXPECT_FALSE(stored()) << "its end does not bring it back";
}

TEST_F(GatewayKeptSession, AFullDiskRefusesAReadingOfQos2AndKeepsNeitherItNorItsId) {
  auto one = come();
  store.fail_next_commits(1);
  one->publish(data_topic(ann), R"({"v":1})", Qos::exactly_once);
  EXPECT_EQ(one->heard.pubacks.back().second, ReasonCode::quota_exceeded);
  EXPECT_TRUE(kept().empty());
  EXPECT_TRUE(stored()->unreleased.empty());
  one->publish(data_topic(ann), R"({"v":1})", Qos::exactly_once);
  EXPECT_EQ(one->heard.pubacks.back().second, ReasonCode::success);
}

TEST_F(GatewayKeptSession, WhenACommitIsInDoubtTheDeviceComesBackToWhatIsWrittenAndDoublesNothing) {
  auto one = come();
  mqtt::ClientOptions asks = kept_options();
  store.doubt_next_commit();
  const auto id = one->publish(data_topic(ann), R"({"v":1})", Qos::exactly_once);
  one->hear();
  EXPECT_TRUE(one->heard.pubacks.empty()) << "neither yes nor no";
  EXPECT_EQ(one->heard.ended, ReasonCode::implementation_error);
  asks.kept.outbound = {{id, Qos::exactly_once, true, false, data_topic(ann), R"({"v":1})"}};
  EXPECT_EQ(come(asks)->heard.pubacks.size(), 1u);
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(GatewayKeptSession, ASessionThatCannotBeReadIsLostAndTheDeviceHearsSo) {
  come()->hang_up();
  store.damage_session(ann.id);
  auto again = come();
  EXPECT_FALSE(again->heard.session_present);
  again->hang_up();
  EXPECT_TRUE(come()->heard.session_present);
}

TEST_F(GatewayKeptSession, ItsLifetimeBeginsThoughThatCouldNotBeWrittenAtOnce) {
  auto one = come(), other = device(bob, options(bob));
  store.fail_next_commits(2);  // that it left, and that its session was left
  one->hang_up();
  EXPECT_FALSE(stored()->ends_at);
  clock.advance(Seconds{5});
  other->connect();
  EXPECT_EQ(stored()->ends_at, clock.now() + Seconds{95});
}

TEST_F(GatewayKeptSession, WhoseSessionCannotBeWrittenComesBackToWhatIs) {
  auto one = come();
  store.fail_next_commits(1);
  one->subscribe(down());
  one->hear();
  EXPECT_TRUE(one->heard.granted.empty()) << "no SUBACK that would not outlive a restart";
  EXPECT_EQ(one->heard.ended, ReasonCode::implementation_error);
  EXPECT_TRUE(stored()->ends_at) << "it does not stay for ever";
  EXPECT_TRUE(come()->heard.session_present);
}

TEST_F(GatewayKeptSession, WhoseSessionCannotBeOpenedIsTurnedAway) {
  hall();
  store.fail_next_commits(1);
  auto refused = device(ann, kept_options());
  refused->connect();
  EXPECT_EQ(refused->heard.refused, ReasonCode::server_unavailable);
  EXPECT_FALSE(come()->heard.session_present);
}

TEST_F(GatewayKeptSession, TheTimeIsNotKeptForLater) {
  auto one = come();
  one->subscribe(down());
  one->acknowledges = false;
  one->publish(up(), R"({"key":"#now","value":null})");
  EXPECT_EQ(one->heard.messages.size(), 1u);
  EXPECT_TRUE(stored()->down.empty());
}

TEST_F(GatewayKeptSession, ADeviceThatAcknowledgesNothingIsCutAtTheQueuesLimitAndStaysWithinIt) {
  config.publish_burst = 100'000;
  auto one = come();
  one->subscribe(down());
  one->acknowledges = false;
  for (std::size_t i = 0; i <= down_queue_max && !one->heard.ended; ++i) {
    one->publish(up(), R"({"key":"#status","value":null})");
  }
  EXPECT_EQ(one->heard.ended, ReasonCode::quota_exceeded);
  EXPECT_EQ(stored()->down.size(), down_queue_max);
  EXPECT_TRUE(come()->heard.session_present);
  EXPECT_TRUE(stored()->down.empty()) << "it acknowledged them all";
}

TEST_F(GatewayKeptSession, WhatWaitsForADeviceIsBoundedInBytesToo) {
  auto one = come();
  one->subscribe(down());
  one->publish(up(), R"({"key":"big","value":")" + std::string(40'000, 'x') + R"("})");
  one->acknowledges = false;
  const std::size_t fit = down_queue_bytes_max / 40'000;
  for (std::size_t i = 0; i < fit; ++i) one->publish(up(), R"({"key":"#status","value":null})");
  EXPECT_EQ(stored()->down.size(), fit);
  EXPECT_FALSE(one->heard.ended);
  one->publish(up(), R"({"key":"#status","value":null})");
  one->hear();
  EXPECT_EQ(one->heard.ended, ReasonCode::quota_exceeded);
  EXPECT_EQ(stored()->down.size(), fit);
}

TEST_F(GatewayKeptSession, In311ASessionWithoutCleanSessionIsKept) {
  mqtt::ClientOptions asks = options(ann, mqtt::Version::v311);
  asks.clean_start = false;
  come(asks)->hang_up();
  EXPECT_EQ(stored()->lifetime, config.session_expiry_max);
  EXPECT_TRUE(come(asks)->heard.session_present);
}

TEST_F(GatewayKeptSession, UnsubscribingIsRemembered) {
  auto one = come();
  one->subscribe(down());
  EXPECT_EQ(stored()->listens, std::uint8_t{1});
  ASSERT_TRUE(one->mqtt.unsubscribe(down(), clock.monotonic()));
  one->talk();
  EXPECT_FALSE(stored()->listens);
}

TEST_F(GatewayKeptSession, ManyAreToldWithOneCommit) {
  auto one = come();
  one->subscribe(down());
  mqtt::ClientOptions asks = options(bob);
  asks.clean_start = false, asks.session_expiry = 100;
  auto other = device(bob, asks);
  other->connect();
  other->subscribe("j/dn/" + bob.id.str());
  const int before = store.commits();
  registrar->on_messages(std::vector<fleet::Addressed>{{ann.id, {"to ann"}}, {bob.id, {"to bob"}}});
  EXPECT_EQ(store.commits(), before + 1);
  one->hear();
  other->hear();
  ASSERT_EQ(one->heard.messages.size(), 1u);
  ASSERT_EQ(other->heard.messages.size(), 1u);
  EXPECT_NE(one->heard.messages[0].find("to ann"), std::string::npos);
  EXPECT_NE(other->heard.messages[0].find("to bob"), std::string::npos);
}

TEST_F(GatewayKeptSession, WhoListensWithQos0IsToldAndNothingIsKept) {
  auto one = come();
  ASSERT_TRUE(one->mqtt.subscribe(down(), Qos::at_most_once, clock.monotonic()));
  one->talk();
  registrar->on_messages(std::vector<fleet::Addressed>{{ann.id, {"to ann"}}});
  one->hear();
  ASSERT_EQ(one->heard.messages.size(), 1u);
  EXPECT_TRUE(stored()->down.empty());
}

TEST_F(GatewayKeptSession, NoMoreThanSubscribingMaxWaitToBeNoted) {
  auto one = come();
  desk->deliver_to(nullptr);  // the fleet's side answers nobody
  for (std::size_t i = 0; i < subscribing_max; ++i) one->subscribe(down());
  one->hear();
  EXPECT_FALSE(one->heard.ended);
  one->subscribe(down());
  one->hear();
  EXPECT_EQ(one->heard.ended, ReasonCode::quota_exceeded);
  desk->deliver_to(&hall());
}

}  // namespace
}  // namespace signet::gateway
