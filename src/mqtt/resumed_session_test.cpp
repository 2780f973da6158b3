// A session that outlives its connection (4.1, 4.4): what is sent again, in which order, and what is not.
#include "mqtt/server_for_test.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

const Connect again{.clean_start = false, .client_id = "d"};

Message message(std::uint16_t id, std::string payload, bool sent) {
  return {.packet_id = id, .qos = Qos::at_least_once, .sent = sent, .topic = "t", .payload = std::move(payload)};
}
Buffer as_packet(Version version, std::uint16_t id, std::string_view payload, bool dup, Qos qos = Qos::at_least_once) {
  return written(version, Publish{.dup = dup, .qos = qos, .topic = "t", .packet_id = id, .payload = bytes_of(payload)});
}
// What follows the CONNACK.
Buffer after_connack(const Buffer& output) {
  const std::size_t size = std::size_t{output.at(1)} + 2;
  return {output.begin() + static_cast<std::ptrdiff_t>(size), output.end()};
}

TEST(MqttResumedSession, UnacknowledgedMessagesAreSentAgainInOrderUnderTheirIds) {
  for (const Version version : {Version::v5, Version::v311}) {
    Server server{{.qos_max = Qos::exactly_once}};
    Message half = message(5, "", true);
    half.qos = Qos::exactly_once, half.released = true;
    Message twice = message(6, "two", true);
    twice.qos = Qos::exactly_once;
    server.kept = SessionState{.outbound = {message(9, "nine", true), half, twice, message(3, "new", false)}};
    server.connect(version, again);
    EXPECT_EQ(server.output.at(2), 1) << "session present";
    EXPECT_EQ(after_connack(server.output),
              as_packet(version, 9, "nine", true) + written(version, Pubrel{.packet_id = 5}) +
                  as_packet(version, 6, "two", true, Qos::exactly_once) + as_packet(version, 3, "new", false));
    server.feed(written(version, Puback{.packet_id = 9}) + written(version, Pubcomp{.packet_id = 5}) +
                written(version, Pubrec{.packet_id = 6}) + written(version, Puback{.packet_id = 3}));
    EXPECT_EQ(server.acknowledged, (std::vector<std::uint16_t>{9, 5, 3}));
    EXPECT_EQ(server.delivered, std::vector<std::uint16_t>{6});
    server.session.release(6);
    EXPECT_EQ(server.said(), written(version, Pubrel{.packet_id = 6}));
    EXPECT_EQ(server.feed(written(version, Pubrec{.packet_id = 6})).output, written(version, Pubrel{.packet_id = 6}));
    server.feed(written(version, Pubcomp{.packet_id = 6}));
    EXPECT_EQ(server.acknowledged.back(), 6);
    server.feed(written(version, Pubcomp{.packet_id = 6}));
    EXPECT_FALSE(server.closed) << "the answer to a PUBREL that was sent twice";
  }
}

TEST(MqttResumedSession, TheNewConnectionsWindowHolds) {
  Server server;
  server.kept = SessionState{.outbound = {message(1, "a", true), message(2, "b", true), message(3, "c", false)}};
  Connect small = again;
  small.properties.set(PropertyId::receive_maximum, 1u);
  server.connect(Version::v5, small);
  EXPECT_EQ(after_connack(server.output), as_packet(Version::v5, 1, "a", true));
  EXPECT_EQ(server.feed(raw(PacketType::pingreq, 0)).output, (Buffer{0xd0, 0})) << "[MQTT-3.3.4-10]";
  EXPECT_EQ(server.session.publish(Qos::at_least_once, "t", {}).error().code, Errc::exhausted) << "it would overtake";
  server.feed(written(Version::v5, Puback{.packet_id = 1}));
  EXPECT_EQ(server.output, as_packet(Version::v5, 2, "b", true));
  server.feed(written(Version::v5, Puback{.packet_id = 2}));
  EXPECT_EQ(server.output, as_packet(Version::v5, 3, "c", false));
  server.feed(written(Version::v5, Puback{.packet_id = 3, .reason = ReasonCode::unspecified_error}));
  EXPECT_EQ(server.last_ack.reason, ReasonCode::unspecified_error) << "[MQTT-4.4.0-2] it too is over";
  EXPECT_EQ(server.session.in_line(), 0u);
}

TEST(MqttResumedSession, AMessageThatExpiredIsNotBegunButOneThatWasBegunIsFinished) {
  Message old = message(1, "old", false), begun = message(2, "begun", true), fresh = message(3, "fresh", false);
  old.expires = begun.expires = start;
  fresh.expires = start + Seconds{5};
  for (const Version version : {Version::v5, Version::v311}) {
    Server server;
    server.kept = SessionState{.outbound = {old, begun, fresh}};
    server.connect(version, again);
    EXPECT_EQ(server.acknowledged, std::vector<std::uint16_t>{1});
    EXPECT_TRUE(server.last_ack.expired);
    Properties none, five;
    none.set(PropertyId::message_expiry, 0u), five.set(PropertyId::message_expiry, 5u);
    const auto packet = [&](std::uint16_t id, std::string_view text, bool dup, const Properties& left) {
      return written(version, Publish{.dup = dup,
                                      .qos = Qos::at_least_once,
                                      .topic = "t",
                                      .packet_id = id,
                                      .payload = bytes_of(text),
                                      .properties = left});
    };
    EXPECT_EQ(after_connack(server.output), packet(2, "begun", true, none) + packet(3, "fresh", false, five));
  }
}

TEST(MqttResumedSession, WhatIsTooLargeForThePeerIsTreatedAsSent) {
  Server server;
  server.kept = SessionState{.outbound = {message(1, std::string(100, 'x'), true), message(2, "small", false)}};
  Connect small = again;
  small.properties.set(PropertyId::maximum_packet_size, 64u);
  server.connect(Version::v5, small);
  EXPECT_EQ(after_connack(server.output), as_packet(Version::v5, 2, "small", false));
  EXPECT_EQ(server.last_ack.packet_id, 1);
  EXPECT_EQ(server.last_ack.reason, ReasonCode::packet_too_large);
}

TEST(MqttResumedSession, MessagesWaitInLineUpToItsLimit) {
  Server server{{.send_max = 1}};
  server.connect(Version::v5);
  ASSERT_TRUE(server.session.deliver(message(0, "first", false), start));
  EXPECT_EQ(server.said(), as_packet(Version::v5, 1, "first", false));
  for (std::size_t i = 0; i < line_max; ++i) ASSERT_TRUE(server.session.deliver(message(0, "next", false), start));
  EXPECT_EQ(server.session.deliver(message(0, "too many", false), start).error().code, Errc::exhausted);
  EXPECT_TRUE(server.said().empty());
  EXPECT_EQ(server.feed(written(Version::v5, Puback{.packet_id = 1})).output, as_packet(Version::v5, 2, "next", false));
  ASSERT_TRUE(server.session.deliver(message(0, "now there is room", false), start));
}

TEST(MqttResumedSession, AnIdThatIsInUseIsNotGivenTwice) {
  Server server;
  server.connect(Version::v5);
  ASSERT_TRUE(server.session.deliver(message(1, "ours", false), start));
  EXPECT_EQ(server.session.deliver(message(1, "again", false), start).error().code, Errc::conflict);
  EXPECT_EQ(server.session.publish(Qos::at_least_once, "t", {}).value(), 2) << "[MQTT-2.2.1-4]";
  EXPECT_EQ(server.session.deliver({.topic = "a/#"}, start).error().code, Errc::malformed);
}

TEST(MqttResumedSession, ExpiryIsCappedAndToldAndChangedByDisconnect) {
  Server server{{.session_expiry_max = Seconds{100}}};
  Connect asks = again;
  asks.properties.set(PropertyId::session_expiry, 1000u);
  server.connect(Version::v5, asks);
  const auto connack = decode_connack(Version::v5, 0, Bytes{server.output}.subspan(2));
  EXPECT_EQ(connack.value().properties.number(PropertyId::session_expiry), 100u);
  EXPECT_EQ(server.session.expiry(), Seconds{100});
  Disconnect shorter;
  shorter.properties.set(PropertyId::session_expiry, 7u);
  server.feed(written(Version::v5, shorter));
  EXPECT_EQ(server.session.expiry(), Seconds{7});
  EXPECT_TRUE(server.closed->by_peer);

  Server modest{{.session_expiry_max = Seconds{100}}};
  Connect fifty = again;
  fifty.properties.set(PropertyId::session_expiry, 50u);
  modest.connect(Version::v5, fifty);
  const auto said = decode_connack(Version::v5, 0, Bytes{modest.output}.subspan(2));
  EXPECT_FALSE(said.value().properties.has(PropertyId::session_expiry)) << "as it was asked for";
  Disconnect forever;
  forever.properties.set(PropertyId::session_expiry, session_never_expires);
  EXPECT_EQ(modest.feed(written(Version::v5, forever)).session.expiry(), Seconds{100});
}

TEST(MqttResumedSession, In311CleanSessionAloneSaysWhetherItIsKept) {
  Server kept{{.session_expiry_max = Seconds{100}}};
  EXPECT_EQ(kept.connect(Version::v311, again).session.expiry(), Seconds{100});
  EXPECT_FALSE(kept.session.clean_start());
  Server clean{{.session_expiry_max = Seconds{100}}};
  EXPECT_EQ(clean.connect(Version::v311).session.expiry(), Seconds{0});
}

TEST(MqttSessionState, KeepsOneSubscriptionAFilterAndNoMoreThanItsLimit) {
  SessionState state;
  for (std::size_t i = 0; i < kept_subscriptions_max; ++i) {
    ASSERT_TRUE(state.subscribe("t/" + std::to_string(i), Qos::at_most_once));
  }
  EXPECT_EQ(state.subscribe("another", Qos::at_most_once).error().code, Errc::exhausted);
  ASSERT_TRUE(state.subscribe("t/3", Qos::at_least_once)) << "the same filter replaces";
  EXPECT_EQ(state.subscriptions[3], (SessionState::Subscribed{"t/3", Qos::at_least_once}));
  ASSERT_TRUE(state.add({.topic = "t/3"}));
  EXPECT_TRUE(state.unsubscribe("t/3"));
  EXPECT_EQ(state.outbound.size(), 1u) << "[MQTT-3.10.4-3] what was begun is finished";
  EXPECT_FALSE(state.unsubscribe("t/3"));
  EXPECT_FALSE(state.unsubscribe("t/+")) << "compared letter by letter";
}

TEST(MqttSessionState, NumbersMessagesAndKeepsNoMoreThanItsLimit) {
  SessionState state;
  for (std::size_t i = 1; i <= kept_messages_max; ++i) EXPECT_EQ(state.add({.topic = "t"}).value(), i);
  EXPECT_EQ(state.add({.topic = "t"}).error().code, Errc::exhausted);
  EXPECT_TRUE(state.remove(1));
  EXPECT_FALSE(state.remove(1));
  state.last_id = 0xffff;
  EXPECT_EQ(state.add({.topic = "t"}).value(), 1) << "0 is no id";
  EXPECT_TRUE(state.remove(1));
  state.last_id = 1;
  EXPECT_EQ(state.add({.topic = "t"}).value(), kept_messages_max + 1) << "those between are in use";
}

TEST(MqttSessionState, KnowsWhatWasSentAndWhatMayNotBeBegun) {
  SessionState state;
  ASSERT_TRUE(state.add({.qos = Qos::exactly_once, .topic = "t", .payload = "p", .expires = start}));
  state.all_sent();
  state.expire(start);
  ASSERT_EQ(state.outbound.size(), 1u) << "it was begun";
  state.received(1);
  EXPECT_TRUE(state.outbound[0].released);
  EXPECT_TRUE(state.outbound[0].payload.empty()) << "PUBREL carries none";
  ASSERT_TRUE(state.add({.topic = "t", .expires = start}));
  state.expire(start - Micros{1});
  EXPECT_EQ(state.outbound.size(), 2u);
  state.expire(start);
  EXPECT_EQ(state.outbound.size(), 1u);
}

}  // namespace
}  // namespace signet::mqtt
