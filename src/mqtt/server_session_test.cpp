#include "mqtt/server_for_test.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

Buffer publish_bytes(Version version, std::uint16_t id, bool dup = false) {
  return written(version, Publish{.dup = dup, .qos = Qos::at_least_once, .topic = "t", .packet_id = id});
}

TEST(MqttServerSession, AnnouncesItsLimits) {
  Server server{{.packet_bytes_max = 1000, .receive_max = 7}};
  Connect asks{.keepalive = 0, .client_id = "d"};
  asks.properties.set(PropertyId::session_expiry, 100u);
  server.connect(Version::v5, asks);
  const auto connack = decode_connack(Version::v5, 0, Bytes{server.output}.subspan(2));
  ASSERT_TRUE(connack) << hex(server.output);
  const Properties& said = connack.value().properties;
  EXPECT_FALSE(connack.value().session_present);
  EXPECT_EQ(said.number(PropertyId::session_expiry), 0u);
  EXPECT_EQ(said.number(PropertyId::receive_maximum), 7u);
  EXPECT_EQ(said.number(PropertyId::maximum_qos), 1u);
  EXPECT_EQ(said.number(PropertyId::maximum_packet_size), 1000u);
  EXPECT_EQ(said.number(PropertyId::retain_available), 0u);
  EXPECT_EQ(said.number(PropertyId::server_keepalive), 600u);
  EXPECT_FALSE(said.has(PropertyId::topic_alias_maximum)) << "absent is 0";
  EXPECT_EQ(Server{}.connect(Version::v311).output, (Buffer{0x20, 2, 0, 0}));
}

TEST(MqttServerSession, AnswersAVersionThatItDoesNotSpeak) {
  Buffer body = {0, 4, 'M', 'Q', 'T', 'T', 3, 2, 0, 9, 0, 0};
  EXPECT_EQ(Server{}.feed(raw(PacketType::connect, 0, body)).output, (Buffer{0x20, 2, 0, 1})) << "[3.1.1: 3.1.2-2]";
  body[6] = 6;
  Server newer;
  EXPECT_EQ(newer.feed(raw(PacketType::connect, 0, body)).output, (Buffer{0x20, 3, 0, 0x84, 0})) << "[MQTT-3.1.2-2]";
  EXPECT_EQ(newer.closed->reason, ReasonCode::unsupported_version);
}

struct Offence {
  const char* why;
  Version version;
  Buffer bytes;
  ReasonCode reason;
};

TEST(MqttServerSession, EndsWhatTheStandardForbids) {
  Publish aliased{.topic = "t"}, numbered{.topic = "t"};
  aliased.properties.set(PropertyId::topic_alias, 1u);
  numbered.properties.set(PropertyId::subscription_id, 1u);
  Subscribe identified{.packet_id = 1, .subscriptions = {{.filter = "a"}}};
  identified.properties.set(PropertyId::subscription_id, 1u);
  Disconnect expiring;
  expiring.properties.set(PropertyId::session_expiry, 1u);
  const Version v5 = Version::v5, v311 = Version::v311;
  const Offence offences[] = {
      {"[MQTT-3.1.0-2]", v5, written(Connect{.client_id = "d"}), ReasonCode::protocol_error},
      {"[MQTT-3.2.2-11]", v5, written(v5, Publish{.qos = Qos::exactly_once, .topic = "t", .packet_id = 1}),
       ReasonCode::qos_not_supported},
      {"[MQTT-3.2.2-11]", v311, written(v311, Publish{.qos = Qos::exactly_once, .topic = "t", .packet_id = 1}),
       ReasonCode::qos_not_supported},
      {"[MQTT-3.2.2-14]", v5, written(v5, Publish{.retain = true, .topic = "t"}), ReasonCode::retain_not_supported},
      {"[MQTT-3.3.2-9]", v5, written(v5, aliased), ReasonCode::topic_alias_invalid},
      {"[MQTT-3.3.4-6]", v5, written(v5, numbered), ReasonCode::protocol_error},
      {"3.2.2.3.12", v5, written(v5, identified), ReasonCode::subscription_ids_not_supported},
      {"[MQTT-2.2.1-5]", v5, written(v5, Puback{.packet_id = 9}), ReasonCode::protocol_error},
      {"3.14.2.2.2", v5, written(v5, expiring), ReasonCode::protocol_error},
      {"[MQTT-2.2.1-3]", v5, raw(PacketType::pubcomp, 0, {0, 0}), ReasonCode::malformed_packet},
      {"[MQTT-3.6.1-1]", v5, raw(PacketType::pubrel, 0, {0, 1}), ReasonCode::malformed_packet},
      {"[MQTT-4.12.0-7]", v5, raw(PacketType::auth, 0), ReasonCode::protocol_error},
      {"[MQTT-2.1.3-1]", v5, raw(PacketType::auth, 1), ReasonCode::malformed_packet},
      {"may not send", v5, raw(PacketType::suback, 0, {0, 1, 0, 0}), ReasonCode::protocol_error},
      {"may not send", v311, raw(PacketType::pingresp, 0), ReasonCode::protocol_error},
      {"[MQTT-2.1.3-1]", v5, raw(PacketType::pingreq, 1), ReasonCode::malformed_packet},
      {"[MQTT-3.3.1-4]", v5, raw(PacketType::publish, 6, {0, 1, 'a', 0, 1, 0}), ReasonCode::malformed_packet},
      {"packet_bytes_max", v5, {0x30, 0xff, 0xff, 0xff, 0x7f}, ReasonCode::packet_too_large},
      {"type 0", v5, {0x00, 0x00}, ReasonCode::malformed_packet},
  };
  for (const Offence& o : offences) {
    Server server;
    ASSERT_TRUE(server.connect(o.version).session.connected());
    server.feed(o.bytes);
    ASSERT_TRUE(server.closed) << o.why;
    EXPECT_EQ(server.closed->reason, o.reason) << o.why;
    EXPECT_FALSE(server.closed->by_peer);
    EXPECT_NE(server.closed->why.what.find(o.why), std::string::npos) << server.closed->why.what;
    if (o.version == v311) {
      EXPECT_TRUE(server.output.empty()) << o.why;
      continue;
    }
    const auto farewell = decode_disconnect(v5, 0, Bytes{server.output}.subspan(2));
    ASSERT_TRUE(farewell) << o.why;
    EXPECT_EQ(farewell.value().reason, o.reason) << o.why;
  }
}

TEST(MqttServerSession, RefusesAConnectThatAsksForWhatIsNotOffered) {
  Connect login{.client_id = "d"};
  login.properties.set(PropertyId::authentication_method, std::string_view{"SCRAM"});
  const std::pair<Connect, ReasonCode> asked[] = {
      {{.client_id = "d", .will = Will{.qos = Qos::exactly_once, .topic = "t", .payload = {}}},
       ReasonCode::qos_not_supported},
      {{.client_id = "d", .will = Will{.retain = true, .topic = "t", .payload = {}}}, ReasonCode::retain_not_supported},
      {login, ReasonCode::bad_authentication_method},
  };
  for (const auto& [connect, reason] : asked) {
    Server server;
    server.connect(Version::v5, connect);
    EXPECT_EQ(server.output, written(Version::v5, Connack{.reason = reason}));
    EXPECT_EQ(server.closed->reason, reason);
  }
}

TEST(MqttServerSession, TheFirstPacketIsConnect) {
  for (const Buffer& first : {raw(PacketType::pingreq, 0), publish_bytes(Version::v5, 1), raw(PacketType::auth, 0)}) {
    Server server;
    server.feed(first);
    ASSERT_TRUE(server.closed);
    EXPECT_NE(server.closed->why.what.find("[MQTT-3.1.0-1]"), std::string::npos);
    EXPECT_TRUE(server.output.empty()) << "[MQTT-3.14.0-1]";
  }
}

TEST(MqttServerSession, HoldsTheReceiveMaximum) {
  for (const Version version : {Version::v5, Version::v311}) {
    Server server{{.receive_max = 3, .receive_max_311 = 3}};
    server.connect(version);
    for (std::uint16_t id = 1; id <= 3; ++id) server.feed(publish_bytes(version, id));
    server.session.acknowledge(1);
    server.feed(publish_bytes(version, 4));
    EXPECT_EQ(server.ids, (std::vector<std::uint16_t>{1, 2, 3, 4}));
    ASSERT_FALSE(server.closed);
    server.feed(publish_bytes(version, 5));
    ASSERT_TRUE(server.closed);
    EXPECT_EQ(server.closed->reason, ReasonCode::receive_maximum_exceeded);
  }
}

TEST(MqttServerSession, APacketIdThatIsInUseIsAnOffenceUnless311AsksAgain) {
  Server server;
  server.connect(Version::v5).feed(publish_bytes(Version::v5, 1)).feed(publish_bytes(Version::v5, 1, true));
  EXPECT_EQ(server.closed->reason, ReasonCode::protocol_error);
  Server old;
  old.connect(Version::v311).feed(publish_bytes(Version::v311, 1)).feed(publish_bytes(Version::v311, 1, true));
  EXPECT_FALSE(old.closed);
  EXPECT_EQ(old.ids.size(), 1u);
  old.feed(publish_bytes(Version::v311, 1));
  EXPECT_TRUE(old.closed);
}

TEST(MqttServerSession, SendsNoMoreThanThePeersWindow) {
  Server server{{.send_max = 16}};
  Connect small{.client_id = "d"};
  small.properties.set(PropertyId::receive_maximum, 2u).set(PropertyId::maximum_packet_size, 60u);
  server.connect(Version::v5, small);
  const auto send = [&](std::string_view payload) {
    return server.session.publish(Qos::at_least_once, "t", bytes_of(payload));
  };
  const std::uint16_t first = send("a").value();
  ASSERT_TRUE(send("b"));
  EXPECT_EQ(send("c").error().code, Errc::exhausted);
  EXPECT_EQ(server.session.publish(Qos::at_most_once, "t", bytes_of("0")).value(), 0) << "QoS 0 has no window";
  server.feed(written(Version::v5, Puback{.packet_id = first}));
  EXPECT_EQ(server.acknowledged, std::vector{first});
  EXPECT_EQ(send(std::string(60, 'x')).error().code, Errc::too_large);
  EXPECT_TRUE(send("c")) << "what was too large holds no place";
}

TEST(MqttServerSession, KeepsTime) {
  Server silent;
  EXPECT_EQ(silent.session.deadline(), start + Seconds{10});
  silent.session.tick(start + Seconds{10} - Micros{1});
  EXPECT_FALSE(silent.session.closed());
  silent.session.tick(start + Seconds{10});
  EXPECT_TRUE(silent.session.closed());

  Server server;
  server.connect(Version::v5, {.keepalive = 10, .client_id = "d"});
  EXPECT_EQ(server.session.deadline(), start + Seconds{15});
  server.feed(raw(PacketType::pingreq, 0), start + Seconds{14});
  EXPECT_EQ(server.output, (Buffer{0xd0, 0}));
  server.feed({0xc0}, start + Seconds{28});  // half a packet does not count
  server.session.tick(start + Seconds{29});
  EXPECT_EQ(server.feed({}, start + Seconds{29}).closed->reason, ReasonCode::keepalive_timeout);
  EXPECT_FALSE(server.session.deadline());
}

TEST(MqttServerSession, A311ClientIsNeverToldNoByPuback) {
  Server server;
  server.connect(Version::v311).feed(publish_bytes(Version::v311, 1));
  server.session.acknowledge(1, ReasonCode::not_authorized);
  server.feed({});
  ASSERT_TRUE(server.closed);
  EXPECT_TRUE(server.output.empty());
  EXPECT_FALSE(server.closed->by_peer);
}

TEST(MqttServerSession, AnOrderlyEndIsThePeers) {
  Server server;
  server.connect(Version::v311).feed(raw(PacketType::disconnect, 0));
  EXPECT_TRUE(server.closed->by_peer);
  EXPECT_EQ(server.closed->reason, ReasonCode::success);
  server.session.receive(raw(PacketType::pingreq, 0), start);
  EXPECT_FALSE(server.session.next()) << "nothing is heard after the end";
}

}  // namespace
}  // namespace signet::mqtt
