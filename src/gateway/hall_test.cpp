#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

using mqtt::ReasonCode;
using mqtt::Version;

class GatewayHall : public Scene {};

TEST_F(GatewayHall, ASecondConnectionOfADeviceTakesTheFirstsPlace) {
  auto first = connected(ann);
  auto second = connected(ann);
  first->hear();
  EXPECT_EQ(first->heard.ended, ReasonCode::session_taken_over);
  EXPECT_TRUE(first->connection.closed);
  EXPECT_FALSE(second->connection.closed);
  EXPECT_EQ(hall().sessions(), 1u);
  first->hang_up();
  EXPECT_EQ(hall().sessions(), 1u) << "the old one's end does not take the new one with it";
}

TEST_F(GatewayHall, AnotherDeviceWithAStolenIdTakesNothing) {
  auto first = connected(ann);
  auto thief = device(bob, options(ann));
  thief->connect();
  EXPECT_EQ(thief->heard.refused, ReasonCode::client_id_invalid);
  EXPECT_FALSE(first->connection.closed);
}

TEST_F(GatewayHall, AWithdrawnIdentityIsClosedAtOnce) {
  auto device = connected(ann);
  auto other = connected(bob);
  registrar->on_expelled(ann.id);
  device->hear();
  EXPECT_EQ(device->heard.ended, ReasonCode::administrative_action);
  EXPECT_TRUE(device->connection.closed);
  EXPECT_EQ(device->connection.patience, withdrawn_close_timeout) << "however slowly it reads";
  EXPECT_FALSE(other->connection.closed);
  EXPECT_EQ(hall().sessions(), 1u);
  connected(bob);
  EXPECT_EQ(other->connection.patience, net::close_timeout) << "one that was taken over is no enemy";
}

TEST_F(GatewayHall, AnIdentityWithdrawnAfterTheHandshakeDoesNotGetIn) {
  ASSERT_TRUE(hall().judge(ann.certificate));
  auto late = device(ann, options(ann));
  late->connection.open = true;
  late->session->on_open(late->connection);
  clock.advance(Seconds{20'000'000});  // past the end of its certificate
  late->talk();
  EXPECT_EQ(late->heard.refused, ReasonCode::not_authorized);
  EXPECT_TRUE(audited("expired"));
}

TEST_F(GatewayHall, ACertificateThatExpiresEndsItsSession) {
  auto device = connected(ann);
  clock.set_wall(clock.now() + Seconds{10'000'000});  // its last second
  hall().sweep();
  EXPECT_FALSE(device->connection.closed);
  clock.set_wall(clock.now() + Micros{1});
  hall().sweep();
  device->hear();
  EXPECT_EQ(device->heard.ended, ReasonCode::not_authorized);
  EXPECT_TRUE(device->connection.closed);
  EXPECT_EQ(hall().sessions(), 0u);
  EXPECT_TRUE(audited("expired"));
}

TEST_F(GatewayHall, OneMoreThanSessionsMaxIsToldSo) {
  config.sessions_max = 1;
  auto first = connected(ann);
  auto second = device(bob, options(bob));
  second->connect();
  EXPECT_EQ(second->heard.refused, ReasonCode::server_busy);
  auto again = connected(ann);  // takes its own place, which is free for it
  EXPECT_EQ(hall().sessions(), 1u);
}

TEST_F(GatewayHall, ASilentDeviceIsCutAfterOneAndAHalfKeepAlives) {
  auto quiet = options(ann);
  quiet.keepalive = Seconds{20};
  auto device_ = device(ann, quiet);
  device_->connect();
  pass(Seconds{29});
  EXPECT_FALSE(device_->connection.closed);
  pass(Seconds{1});
  device_->hear();
  EXPECT_EQ(device_->heard.ended, ReasonCode::keepalive_timeout);
  EXPECT_TRUE(audited("device.disconnect ann-unit: [MQTT-3.1.2-22]"));
}

TEST_F(GatewayHall, WhoNeverSendsConnectIsCut) {
  auto mute = device(ann, options(ann));
  mute->connection.open = true;
  mute->session->on_open(mute->connection);
  pass(config.connect_timeout - Seconds{1});
  EXPECT_FALSE(mute->connection.closed);
  pass(Seconds{1});
  EXPECT_TRUE(mute->connection.closed);
}

TEST_F(GatewayHall, AFastPublisherIsSlowedAndLosesNothing) {
  config.publishes_per_second = 10;
  config.publish_burst = 50;
  auto device = connected(ann);
  for (int i = 0; i < 50; ++i) device->publish(data_topic(ann), "{}", mqtt::Qos::at_most_once);
  EXPECT_FALSE(device->connection.paused);
  for (int i = 0; i < 5; ++i) device->publish(data_topic(ann), "{}", mqtt::Qos::at_most_once);
  EXPECT_TRUE(device->connection.paused);
  turn.end();
  EXPECT_EQ(kept().size(), 55u);
  pass(Seconds{1});
  EXPECT_FALSE(device->connection.paused);
}

TEST_F(GatewayHall, AMessageOnTheUpRoadCountsForTen) {
  config.publishes_per_second = 10;
  config.publish_burst = 30;
  auto device = connected(ann);
  for (int i = 0; i < 3; ++i) device->publish("j/up/" + ann.id.str(), R"({"key":"#now","value":{}})");
  EXPECT_FALSE(device->connection.paused);
  device->publish("j/up/" + ann.id.str(), R"({"key":"#now","value":{}})");
  EXPECT_TRUE(device->connection.paused);
  pass(Seconds{1});
  EXPECT_FALSE(device->connection.paused) << "its debt is paid";
}

TEST_F(GatewayHall, ALargeMessageCountsByItsBytes) {
  config.publishes_per_second = 10;
  config.publish_burst = 32;
  auto device = connected(ann);
  const std::string large = R"({"text":")" + std::string(15 * bytes_per_cost, 'x') + R"("})";  // 16 of them
  for (int i = 0; i < 2; ++i) device->publish(data_topic(ann), large, mqtt::Qos::at_most_once);
  EXPECT_FALSE(device->connection.paused);
  device->publish(data_topic(ann), large, mqtt::Qos::at_most_once);
  EXPECT_TRUE(device->connection.paused);
  turn.end();
  EXPECT_EQ(kept().size(), 3u) << "what has come is kept";
  pass(Seconds{2});
  EXPECT_FALSE(device->connection.paused);
}

TEST_F(GatewayHall, TheLastWillIsAReadingUnlessTheEndIsOrderly) {
  for (const bool orderly : {false, true}) {
    auto with_will = options(ann);
    with_will.will = mqtt::ClientOptions::Will{data_topic(ann), R"({"gone":true})", mqtt::Qos::at_least_once};
    auto device_ = device(ann, with_will);
    device_->connect();
    ASSERT_TRUE(device_->heard.connected);
    if (orderly) device_->mqtt.disconnect();
    device_->talk();
    device_->hang_up();
    turn.end();
    EXPECT_EQ(kept().size(), 1u) << orderly;
  }
  EXPECT_EQ(kept()[0].reading.payload, R"({"gone":true})");
}

TEST_F(GatewayHall, AWillOnAForeignTopicIsRefused) {
  auto with_will = options(ann);
  with_will.will = mqtt::ClientOptions::Will{data_topic(bob), "{}", mqtt::Qos::at_least_once};
  auto device_ = device(ann, with_will);
  device_->connect();
  EXPECT_EQ(device_->heard.refused, ReasonCode::not_authorized);
}

TEST_F(GatewayHall, ARefusedConnectIsTheDisksFaultAndNotTheDevices) {
  hall();
  store.fail_next_commits(1);
  auto device_ = device(ann, options(ann));
  device_->connect();
  EXPECT_EQ(device_->heard.refused, ReasonCode::server_unavailable);
  auto again = connected(ann);
}

TEST_F(GatewayHall, ClosingKeepsWhatHasComeInAndTellsEveryone) {
  auto device = connected(ann);
  const auto id = device->publish(data_topic(ann), "{}");
  hall().close_all();
  device->hear();
  ASSERT_EQ(device->heard.pubacks.size(), 1u);
  EXPECT_EQ(device->heard.pubacks[0].first, id);
  EXPECT_EQ(device->heard.ended, ReasonCode::server_shutting_down);
  EXPECT_EQ(kept().size(), 1u);
  turn.end();
}

TEST_F(GatewayHall, OneIdentityOnTwoBoardsIsTold) {
  std::vector<std::unique_ptr<FakeDevice>> boards;
  for (std::size_t i = 0; i <= fleet::takeovers_of_duplicate; ++i) {
    EXPECT_FALSE(audited("identity.duplicated"));
    boards.push_back(connected(ann));
  }
  EXPECT_TRUE(audited("identity.duplicated"));
  EXPECT_FALSE(boards.back()->connection.closed) << "the policy is to tell";
}

}  // namespace
}  // namespace signet::gateway
