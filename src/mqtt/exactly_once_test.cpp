// QoS 2 from the peer: four packets, one message (4.3.3).
#include "mqtt/server_for_test.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

constexpr ServerLimits with_qos_2{.qos_max = Qos::exactly_once};

Buffer exactly_once_bytes(Version version, std::uint16_t id, bool dup = false) {
  return written(version, Publish{.dup = dup, .qos = Qos::exactly_once, .topic = "t", .packet_id = id});
}

TEST(MqttExactlyOnce, AMessageIsHandedOnOnceHoweverOftenItComes) {
  for (const Version version : {Version::v5, Version::v311}) {
    Server server{with_qos_2};
    server.connect(version).feed(exactly_once_bytes(version, 7));
    EXPECT_TRUE(server.output.empty()) << "nothing is said before the owner has made it durable";
    server.feed(exactly_once_bytes(version, 7, true));
    EXPECT_TRUE(server.output.empty()) << "asked again; the answer is on its way";
    server.session.acknowledge(7);
    EXPECT_EQ(server.said(), written(version, Pubrec{.packet_id = 7}));
    EXPECT_EQ(server.feed(exactly_once_bytes(version, 7, true)).output, written(version, Pubrec{.packet_id = 7}));
    EXPECT_EQ(server.ids, std::vector<std::uint16_t>{7});
    EXPECT_EQ(server.session.unreleased(), std::vector<std::uint16_t>{7});

    server.feed(written(version, Pubrel{.packet_id = 7}));
    EXPECT_TRUE(server.output.empty()) << "PUBCOMP waits until the id is forgotten";
    server.feed(written(version, Pubrel{.packet_id = 7}));
    EXPECT_EQ(server.released, std::vector<std::uint16_t>{7}) << "once, though it was asked for twice";
    server.session.complete(7);
    EXPECT_EQ(server.said(), written(version, Pubcomp{.packet_id = 7}));
    server.feed(exactly_once_bytes(version, 7));
    EXPECT_EQ(server.ids, (std::vector<std::uint16_t>{7, 7})) << "after PUBCOMP the id names a new message";
  }
}

TEST(MqttExactlyOnce, ARefusedMessageMayComeAgainAsNew) {
  Server server{with_qos_2};
  server.connect(Version::v5).feed(exactly_once_bytes(Version::v5, 7));
  server.session.acknowledge(7, ReasonCode::quota_exceeded);
  EXPECT_EQ(server.said(), written(Version::v5, Pubrec{.packet_id = 7, .reason = ReasonCode::quota_exceeded}));
  server.feed(exactly_once_bytes(Version::v5, 7));
  EXPECT_EQ(server.ids, (std::vector<std::uint16_t>{7, 7}));
  Server old{with_qos_2};
  old.connect(Version::v311).feed(exactly_once_bytes(Version::v311, 7));
  old.session.acknowledge(7, ReasonCode::quota_exceeded);
  EXPECT_TRUE(old.feed({}).closed) << "3.1.1 can only hear an end";
}

TEST(MqttExactlyOnce, PubrelForAnUnknownIdIsAnswered) {
  Server server{with_qos_2};
  server.connect(Version::v5).feed(written(Version::v5, Pubrel{.packet_id = 3}));
  EXPECT_EQ(server.output, written(Version::v5, Pubcomp{.packet_id = 3, .reason = ReasonCode::packet_id_not_found}));
  EXPECT_TRUE(server.released.empty());
  Server old{with_qos_2};
  old.connect(Version::v311).feed(written(Version::v311, Pubrel{.packet_id = 3}));
  EXPECT_EQ(old.output, (Buffer{0x70, 2, 0, 3}));
}

TEST(MqttExactlyOnce, PubrelBeforePubrecIsAnOffence) {
  Server server{with_qos_2};
  server.connect(Version::v5)
      .feed(exactly_once_bytes(Version::v5, 7))
      .feed(written(Version::v5, Pubrel{.packet_id = 7}));
  ASSERT_TRUE(server.closed);
  EXPECT_EQ(server.closed->reason, ReasonCode::protocol_error);
}

TEST(MqttExactlyOnce, AnIdThatQos2HoldsIsNotQos1s) {
  Server server{with_qos_2};
  server.connect(Version::v5).feed(exactly_once_bytes(Version::v5, 7));
  server.session.acknowledge(7);
  server.feed(written(Version::v5, Publish{.qos = Qos::at_least_once, .topic = "t", .packet_id = 7}));
  EXPECT_EQ(server.closed->reason, ReasonCode::protocol_error);
}

TEST(MqttExactlyOnce, WhatWasRecordedOnAnEarlierConnectionIsStillKnown) {
  for (const Version version : {Version::v5, Version::v311}) {
    ServerLimits limits = with_qos_2;
    limits.receive_max = limits.receive_max_311 = 2;
    Server server{limits};
    server.kept = SessionState{.unreleased = {4, 9, 10}};
    server.connect(version, {.clean_start = false, .client_id = "d"});
    EXPECT_EQ(server.feed(exactly_once_bytes(version, 9, true)).output, written(version, Pubrec{.packet_id = 9}));
    EXPECT_TRUE(server.ids.empty());
    server.feed(exactly_once_bytes(version, 1)).feed(exactly_once_bytes(version, 2));
    EXPECT_FALSE(server.closed) << "the kept ones do not count against this connection's window";
    server.feed(exactly_once_bytes(version, 3));
    EXPECT_EQ(server.closed->reason, ReasonCode::receive_maximum_exceeded);
    EXPECT_EQ(server.session.unreleased(), (std::vector<std::uint16_t>{4, 9, 10}));
  }
}

TEST(MqttExactlyOnce, TheWindowIsHeldUntilPubcomp) {
  ServerLimits limits = with_qos_2;
  limits.receive_max = 1;
  Server server{limits};
  server.connect(Version::v5).feed(exactly_once_bytes(Version::v5, 1));
  server.session.acknowledge(1);
  server.feed(written(Version::v5, Pubrel{.packet_id = 1}));
  server.session.complete(1);
  EXPECT_FALSE(server.feed(exactly_once_bytes(Version::v5, 2)).closed);
  server.session.acknowledge(2);
  server.feed(exactly_once_bytes(Version::v5, 3));
  EXPECT_EQ(server.closed->reason, ReasonCode::receive_maximum_exceeded);
}

TEST(MqttExactlyOnce, UnreleasedIdsHaveALimit) {
  SessionState full;
  for (std::uint16_t id = 1; id <= unreleased_max; ++id) full.unreleased.push_back(id);
  Server server{with_qos_2};
  server.kept = full;
  server.connect(Version::v5, {.clean_start = false, .client_id = "d"}).feed(exactly_once_bytes(Version::v5, 2000));
  EXPECT_EQ(server.output, written(Version::v5, Pubrec{.packet_id = 2000, .reason = ReasonCode::quota_exceeded}));
  EXPECT_TRUE(server.ids.empty());
  server.feed(written(Version::v5, Pubrel{.packet_id = 1}));
  server.session.complete(1);
  EXPECT_EQ(server.feed(exactly_once_bytes(Version::v5, 2000)).ids, std::vector<std::uint16_t>{2000}) << "one has gone";
  Server old{with_qos_2};
  old.kept = full;
  old.connect(Version::v311, {.clean_start = false, .client_id = "d"}).feed(exactly_once_bytes(Version::v311, 2000));
  EXPECT_EQ(old.closed->reason, ReasonCode::quota_exceeded);
}

TEST(MqttExactlyOnce, QosAboveTheMaximumEndsTheConnection) {
  for (const Qos most : {Qos::at_most_once, Qos::at_least_once}) {
    Server server{{.qos_max = most}};
    server.connect(Version::v5).feed(exactly_once_bytes(Version::v5, 1));
    EXPECT_EQ(server.closed->reason, ReasonCode::qos_not_supported);
  }
}

}  // namespace
}  // namespace signet::mqtt
