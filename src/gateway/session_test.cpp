#include "gateway/scene_for_test.h"

namespace signet::gateway {
namespace {

using mqtt::ReasonCode;
using mqtt::Version;
using Pubacks = std::vector<std::pair<std::uint16_t, ReasonCode>>;

class GatewaySession : public Scene {};

TEST_F(GatewaySession, AdmitsAClaimedDeviceAndTellsTheFleet) {
  EXPECT_TRUE(hall().judge(ann.certificate));
  auto device = connected(ann);
  EXPECT_EQ(device->heard.client_id, ann.id.str());
  EXPECT_EQ(hall().sessions(), 1u);
  EXPECT_TRUE(audited("device.connect ann-unit"));
  device->mqtt.disconnect();
  device->talk();
  EXPECT_EQ(hall().sessions(), 0u);
  EXPECT_TRUE(audited("device.disconnect ann-unit: the device ended it: success"));
}

TEST_F(GatewaySession, AStrangersHandshakeIsRefusedAndAudited) {
  const Buffer stranger = {1, 2, 3};
  const Status verdict = hall().judge(stranger);
  ASSERT_FALSE(verdict);
  const auto session = hall().make_session();
  FakeConnection connection{stranger, "192.0.2.9:1"};
  session->on_close(connection, verdict.error());
  EXPECT_TRUE(audited("gateway.refuse unknown: unknown certificate"));
}

TEST_F(GatewaySession, AGenuineCertificateWithoutItsKeyIsAuditedByName) {
  const auto session = hall().make_session();
  FakeConnection connection{ann.certificate, "192.0.2.9:1"};
  session->on_close(connection, Error{Errc::unauthenticated, "TLS: bad signature"});
  EXPECT_TRUE(audited("gateway.refuse ann-unit: TLS: bad signature"));
}

TEST_F(GatewaySession, AProbeThatHangsUpIsNotWorthAnEntry) {
  const auto session = hall().make_session();
  FakeConnection connection{{}, "192.0.2.9:1"};
  session->on_close(connection, std::nullopt);
  EXPECT_TRUE(audit().empty());
}

TEST_F(GatewaySession, AnEmptyClientIdIsAssigned) {
  auto options_ = options(ann);
  options_.client_id = "";
  auto device_ = device(ann, options_);
  device_->connect();
  EXPECT_TRUE(device_->heard.connected);
  EXPECT_EQ(device_->heard.client_id, ann.id.str());
}

TEST_F(GatewaySession, AForeignClientIdIsRefusedInBothVersions) {
  for (const Version version : {Version::v5, Version::v311}) {
    auto thief = device(ann, options(bob, version));
    thief->connect();
    EXPECT_EQ(thief->heard.refused, ReasonCode::client_id_invalid);
    EXPECT_TRUE(thief->connection.closed);
    EXPECT_EQ(hall().sessions(), 0u);
  }
  EXPECT_TRUE(audited("gateway.refuse ann-unit: client id \"" + bob.id.str()));
}

TEST_F(GatewaySession, ARetainedReadingOf311IsStoredLikeAny) {
  auto one = connected(ann, Version::v311);
  const std::string topic = data_topic(ann), payload = R"({"value":1})";
  Buffer publish{0x31, static_cast<std::uint8_t>(2 + topic.size() + payload.size())};  // QoS 0, retain
  Writer{publish}.u16_be(static_cast<std::uint16_t>(topic.size())).text(topic).text(payload);
  one->session->on_bytes(one->connection, publish);
  turn.end();
  EXPECT_EQ(kept().size(), 1u);
  EXPECT_FALSE(one->connection.closed);
}

TEST_F(GatewaySession, AReadingIsAcknowledgedOnlyAfterTheCommit) {
  auto device = connected(ann);
  const std::size_t before = disk.syncs();
  const auto id = device->publish(data_topic(ann), R"({"value":1})");
  const auto second = device->publish(data_topic(ann), R"({"value":2})");
  EXPECT_TRUE(device->heard.pubacks.empty());
  EXPECT_TRUE(kept().empty());
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks, (Pubacks{{id, ReasonCode::success}, {second, ReasonCode::success}}));
  EXPECT_EQ(kept().size(), 2u);
  EXPECT_EQ(disk.syncs(), before + 1) << "one sync a turn";
}

TEST_F(GatewaySession, TheDevicesOwnTimeIsTheReadingsTime) {
  auto device = connected(ann);
  const std::string_view when = "2026-01-01T00:00:00.123456Z";
  mqtt::Properties properties;
  properties.add_user("timestamp_device", when);
  device->publish(data_topic(ann), R"({"value":1})", mqtt::Qos::at_least_once, properties);
  device->publish(data_topic(ann), R"({"value":1})", mqtt::Qos::at_least_once, properties);
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks.size(), 2u);
  ASSERT_EQ(kept().size(), 1u) << "a resend is not doubled";
  EXPECT_EQ(rfc3339(kept()[0].reading.device_time), when);
  EXPECT_EQ(kept()[0].reading.tag, "t");
}

TEST_F(GatewaySession, AFullDiskRefusesAndThenRecovers) {
  auto device = connected(ann);
  disk.fail_append = Error{Errc::exhausted, "full"};
  const auto first = device->publish(data_topic(ann), R"({"value":1})");
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks, (Pubacks{{first, ReasonCode::quota_exceeded}}));
  EXPECT_FALSE(device->connection.closed);
  const auto again = device->publish(data_topic(ann), R"({"value":1})");
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks.back(), (std::pair{again, ReasonCode::success}));
  EXPECT_EQ(kept().size(), 1u);
}

TEST_F(GatewaySession, AFullDiskEndsA311SessionWithoutAPuback) {
  auto device = connected(ann, Version::v311);
  disk.fail_append = Error{Errc::exhausted, "full"};
  device->publish(data_topic(ann), R"({"value":1})");
  turn.end();
  device->hear();
  EXPECT_TRUE(device->heard.pubacks.empty());
  EXPECT_TRUE(device->connection.closed);
  EXPECT_EQ(hall().sessions(), 0u);
  device->hang_up();
  auto back = connected(ann, Version::v311);
  back->publish(data_topic(ann), R"({"value":1})");
  turn.end();
  back->hear();
  EXPECT_EQ(back->heard.pubacks.size(), 1u);
}

TEST_F(GatewaySession, AForeignTopicIsRefusedInItsPlace) {
  auto device = connected(ann);
  const auto good = device->publish(data_topic(ann), R"({"value":1})");
  const auto foreign = device->publish(data_topic(bob), R"({"value":2})");
  const auto last = device->publish(data_topic(ann), R"({"value":3})");
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks,
            (Pubacks{{good, ReasonCode::success}, {foreign, ReasonCode::not_authorized}, {last, ReasonCode::success}}));
  EXPECT_EQ(kept().size(), 2u);
  EXPECT_TRUE(audited("gateway.refuse ann-unit: " + ann.id.str() + " may not publish to \"" + data_topic(bob) + "\""));
}

TEST_F(GatewaySession, AForeignTopicEndsWhatCannotBeAnswered) {
  auto old = connected(ann, Version::v311);
  old->publish(data_topic(bob), R"({"value":2})");
  turn.end();
  EXPECT_TRUE(old->connection.closed);
  auto hasty = connected(bob);
  hasty->publish(data_topic(ann), R"({"value":2})", mqtt::Qos::at_most_once);
  EXPECT_TRUE(hasty->connection.closed);
  EXPECT_EQ(hasty->heard.ended, ReasonCode::not_authorized);
  turn.end();
  EXPECT_TRUE(kept().empty());
}

TEST_F(GatewaySession, APayloadThatIsNoJsonObjectIsRefused) {
  auto device = connected(ann);
  mqtt::Properties bad_time;
  bad_time.add_user("timestamp_device", "yesterday");
  const auto id = device->publish(data_topic(ann), "17");
  const auto timed = device->publish(data_topic(ann), "{}", mqtt::Qos::at_least_once, bad_time);
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks,
            (Pubacks{{id, ReasonCode::payload_format_invalid}, {timed, ReasonCode::payload_format_invalid}}));
}

TEST_F(GatewaySession, APayloadOfTheGreatestSizePassesAndOneByteMoreDoesNot) {
  auto device = connected(ann);
  const auto payload = [](std::size_t size) { return R"({"v":")" + std::string(size - 8, 'x') + "\"}"; };
  const auto fits = device->publish(data_topic(ann), payload(fleet::payload_bytes_max));
  const auto more = device->publish(data_topic(ann), payload(fleet::payload_bytes_max + 1));
  turn.end();
  device->hear();
  EXPECT_EQ(device->heard.pubacks, (Pubacks{{fits, ReasonCode::success}, {more, ReasonCode::payload_format_invalid}}));
  EXPECT_FALSE(device->mqtt.publish(mqtt::Qos::at_least_once, data_topic(ann),
                                    bytes_of(payload(fleet::payload_bytes_max + packet_slack_bytes)), {},
                                    clock.monotonic()))
      << "the maximum packet size was announced";
}

TEST_F(GatewaySession, SubscribesToItsOwnRoadAlone) {
  auto device = connected(ann);
  device->subscribe("j/dn/" + ann.id.str());
  EXPECT_EQ(device->heard.granted, std::vector{ReasonCode::granted_qos_1});
  for (const std::string& filter :
       {"j/dn/" + bob.id.str(), std::string{"#"}, std::string{"j/dn/+"}, "j/data/" + ann.id.str()}) {
    device->subscribe(filter);
    EXPECT_EQ(device->heard.granted, std::vector{ReasonCode::not_authorized}) << filter;
  }
  auto old = connected(bob, Version::v311);
  old->subscribe("#");
  EXPECT_EQ(old->heard.granted, std::vector{ReasonCode::unspecified_error});
  EXPECT_TRUE(audited("may not subscribe to \"j/dn/" + bob.id.str()));
}

TEST_F(GatewaySession, AnswersStatusOnTheDownRoad) {
  auto device = connected(ann);
  const std::string up = "j/up/" + ann.id.str();
  device->publish(up, R"({"key":"#now","value":{}})");
  EXPECT_TRUE(device->heard.messages.empty()) << "it does not listen yet";
  device->subscribe("j/dn/" + ann.id.str());
  const auto id = device->publish(up, R"({"key":"#status","value":{}})");
  turn.end();
  device->hear();
  ASSERT_EQ(device->heard.messages.size(), 1u);
  EXPECT_NE(device->heard.messages[0].find(R"("key":"#status")"), std::string::npos);
  EXPECT_EQ(device->heard.pubacks.back(), (std::pair{id, ReasonCode::success}));
}

TEST_F(GatewaySession, ADeviceThatAcknowledgesNothingIsCutAtTheQueuesLimit) {
  config.send_max = 2;
  config.receive_max = 500;
  auto device = connected(ann);
  device->subscribe("j/dn/" + ann.id.str());
  device->acknowledges = false;
  for (std::size_t i = 0; i < down_queue_max + 2; ++i) {
    device->publish("j/up/" + ann.id.str(), R"({"key":"#now","value":{}})");
    turn.end();
    device->hear();
  }
  EXPECT_EQ(device->heard.messages.size(), 2u) << "its window";
  EXPECT_FALSE(device->connection.closed);
  device->publish("j/up/" + ann.id.str(), R"({"key":"#now","value":{}})");
  EXPECT_EQ(device->heard.ended, ReasonCode::quota_exceeded);
}

}  // namespace
}  // namespace signet::gateway
