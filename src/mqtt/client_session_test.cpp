#include "mqtt/client_session.h"

#include "mqtt/connack.h"
#include "mqtt/disconnect.h"
#include "mqtt/outgoing.h"
#include "mqtt/packets_for_test.h"
#include "mqtt/puback.h"
#include "mqtt/subscribe.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

struct Client {
  explicit Client(ClientOptions options = {.client_id = "d"}) : session(std::move(options), start) {
    session.take_output();
  }
  Client& feed(const Buffer& bytes, Instant now = start) {
    session.receive(bytes, now);
    return drain();
  }
  Client& tick(Instant now) {
    session.tick(now);
    return drain();
  }
  Client& drain() {
    while (auto event = session.next()) {
      if (const auto* c = std::get_if<Connected>(&*event)) window = c->send_window, keepalive = c->keepalive;
      if (const auto* r = std::get_if<ConnectRefused>(&*event)) refused = r->reason;
      if (const auto* a = std::get_if<Acknowledged>(&*event)) acks.emplace_back(a->packet_id, a->reason);
      if (auto* c = std::get_if<Closed>(&*event)) closed = std::move(*c);
    }
    output = session.take_output();
    return *this;
  }
  Client& connected(Version version = Version::v5, const Connack& connack = {}) {
    return feed(written(version, connack));
  }
  Result<std::uint16_t> publish(std::string_view payload = "{}", Instant now = start) {
    return session.publish(Qos::at_least_once, "t", bytes_of(payload), {}, now);
  }

  ClientSession session;
  std::size_t window = 0;
  Seconds keepalive{0};
  std::optional<ReasonCode> refused;
  std::vector<std::pair<std::uint16_t, ReasonCode>> acks;
  std::optional<Closed> closed;
  Buffer output;
};

TEST(MqttClientSession, BeginsWithConnect) {
  ClientOptions options{.client_id = "dev-1", .keepalive = Seconds{30}};
  options.will = ClientOptions::Will{"w", "bye", Qos::at_least_once};
  ClientSession session{options, start};
  const Buffer packet = session.take_output();
  const auto connect = decode_connect(0, Bytes{packet}.subspan(2));
  ASSERT_TRUE(connect) << connect.error().what;
  EXPECT_EQ(connect.value().client_id, "dev-1");
  EXPECT_EQ(connect.value().keepalive, 30);
  EXPECT_TRUE(connect.value().clean_start);
  EXPECT_EQ(text_of(connect.value().will->payload), "bye");
  EXPECT_EQ(connect.value().properties.number(PropertyId::receive_maximum), options.receive_max);
  EXPECT_EQ(session.publish(Qos::at_least_once, "t", {}, {}, start).error().code, Errc::conflict)
      << "not connected yet";
}

TEST(MqttClientSession, MaySubscribeAlongWithConnect) {
  ClientSession session{{.client_id = "d", .connect_timeout = Seconds{5}, .answer_timeout = Seconds{7}}, start};
  const std::uint16_t id = session.subscribe("t", Qos::at_least_once, start).value();
  EXPECT_EQ(session.deadline(), start + Seconds{5}) << "CONNACK is what is due";
  Buffer answers = written(Version::v5, Connack{});
  session.receive(answers, start + Seconds{1});
  ASSERT_TRUE(std::holds_alternative<Connected>(session.next().value()));
  EXPECT_FALSE(session.next());
  EXPECT_EQ(session.deadline(), start + Seconds{8}) << "SUBACK is";
  answers = written(Version::v5, Suback{.packet_id = id, .reasons = {ReasonCode::granted_qos_1}});
  session.receive(answers, start + Seconds{2});
  EXPECT_EQ(std::get<Subscribed>(session.next().value()).packet_id, id);
}

TEST(MqttClientSession, SubscribesToAKeptSessionWhenItIsConnected) {
  ClientSession session{{.client_id = "d", .clean_start = false}, start};
  EXPECT_EQ(session.subscribe("t", Qos::at_least_once, start).error().code, Errc::conflict);
}

TEST(MqttClientSession, ObeysTheServersLimits) {
  Connack connack;
  connack.properties.set(PropertyId::receive_maximum, 2u)
      .set(PropertyId::maximum_packet_size, 20u)
      .set(PropertyId::server_keepalive, 8u)
      .set(PropertyId::maximum_qos, 1u);
  Client client;
  client.connected(Version::v5, connack);
  EXPECT_EQ(client.window, 2u);
  EXPECT_EQ(client.keepalive, Seconds{8});
  EXPECT_EQ(client.publish("more than twenty bytes").error().code, Errc::too_large);
  const auto first = client.publish();
  ASSERT_TRUE(first);
  ASSERT_TRUE(client.publish());
  EXPECT_EQ(client.publish().error().code, Errc::exhausted);
  EXPECT_EQ(client.session.in_flight(), 2u);
  client.feed(written(Version::v5, Puback{.packet_id = first.value(), .reason = ReasonCode::quota_exceeded}));
  EXPECT_EQ(client.acks, (std::vector{std::pair{first.value(), ReasonCode::quota_exceeded}}));
  EXPECT_TRUE(client.publish());
  EXPECT_EQ(client.session.publish(Qos::exactly_once, "t", {}, {}, start).error().code, Errc::conflict);
  EXPECT_EQ(client.session.publish(Qos::at_most_once, "t/#", {}, {}, start).error().code, Errc::malformed);
}

TEST(MqttClientSession, PingsBeforeItsKeepAliveAndMissesTheAnswer) {
  Client client{{.client_id = "d", .keepalive = Seconds{40}}};
  client.connected();
  EXPECT_EQ(client.session.deadline(), start + Seconds{30});
  EXPECT_EQ(client.tick(start + Seconds{30}).output, (Buffer{0xc0, 0}));
  client.feed(raw(PacketType::pingresp, 0), start + Seconds{31});
  EXPECT_EQ(client.session.deadline(), start + Seconds{60});
  EXPECT_EQ(client.tick(start + Seconds{60}).output, (Buffer{0xc0, 0}));
  EXPECT_EQ(client.session.deadline(), start + Seconds{80});
  client.tick(start + Seconds{80});
  ASSERT_TRUE(client.closed);
  EXPECT_EQ(client.closed->reason, ReasonCode::keepalive_timeout);
  EXPECT_FALSE(client.closed->by_peer);
}

TEST(MqttClientSession, WaitsForConnackAndPubackOnlySoLong) {
  Client mute;
  mute.tick(start + Seconds{20} - Micros{1});
  EXPECT_FALSE(mute.closed);
  EXPECT_TRUE(mute.tick(start + Seconds{20}).closed);
  Client client;
  client.connected();
  ASSERT_TRUE(client.publish());
  EXPECT_TRUE(client.tick(start + Seconds{20}).closed);
}

TEST(MqttClientSession, TellsARefusalAndAnEnd) {
  Client refused;
  refused.connected(Version::v5, {.reason = ReasonCode::client_id_invalid});
  EXPECT_EQ(refused.refused, ReasonCode::client_id_invalid);
  EXPECT_TRUE(refused.closed->by_peer);
  Client ended;
  ended.connected().feed(written(Version::v5, Disconnect{.reason = ReasonCode::session_taken_over}));
  EXPECT_EQ(ended.closed->reason, ReasonCode::session_taken_over);
  EXPECT_TRUE(ended.closed->by_peer);
  Client own;
  own.connected();
  own.session.disconnect();
  EXPECT_EQ(own.drain().output, (Buffer{0xe0, 0}));
}

TEST(MqttClientSession, EndsWhatAServerMayNotDo) {
  Connack remembered{.session_present = true};
  Publish aliased{.topic = "t"};
  aliased.properties.set(PropertyId::topic_alias, 1u);
  const Version v5 = Version::v5;
  struct Offence {
    const char* why;
    bool connected;
    Version version;
    Buffer bytes;
    ReasonCode reason;
  };
  const Offence offences[] = {
      {"[MQTT-3.2.0-1]", false, v5, raw(PacketType::pingresp, 0), ReasonCode::protocol_error},
      {"[MQTT-3.2.2-2]", false, v5, written(v5, remembered), ReasonCode::protocol_error},
      {"[MQTT-3.2.0-2]", true, v5, written(v5, Connack{}), ReasonCode::protocol_error},
      {"[MQTT-2.2.1-5]", true, v5, written(v5, Puback{.packet_id = 3}), ReasonCode::protocol_error},
      {"[MQTT-2.2.1-6]", true, v5, raw(PacketType::suback, 0, {0, 3, 0, 0}), ReasonCode::protocol_error},
      {"[MQTT-2.2.1-6]", true, v5, raw(PacketType::unsuback, 0, {0, 3, 0, 0}), ReasonCode::protocol_error},
      {"without PINGREQ", true, v5, raw(PacketType::pingresp, 0), ReasonCode::protocol_error},
      {"[MQTT-3.3.2-9]", true, v5, written(v5, aliased), ReasonCode::topic_alias_invalid},
      {"[MQTT-4.3.3-4]", true, v5,
       [] {
         Buffer early = written(Version::v5, Publish{.qos = Qos::exactly_once, .topic = "t", .packet_id = 1});
         encode(early, Version::v5, Pubrel{.packet_id = 1});
         return early;
       }(),
       ReasonCode::protocol_error},
      {"3.1.1: 3.14", true, Version::v311, raw(PacketType::disconnect, 0), ReasonCode::protocol_error},
      {"may not send", true, v5, raw(PacketType::auth, 0), ReasonCode::protocol_error},
      {"packet_bytes_max", true, v5, {0x30, 0xff, 0xff, 0x7f}, ReasonCode::packet_too_large},
  };
  for (const Offence& o : offences) {
    Client client{{.version = o.version, .client_id = "d"}};
    if (o.connected) client.connected(o.version);
    ASSERT_FALSE(client.closed) << o.why;
    client.feed(o.bytes);
    ASSERT_TRUE(client.closed) << o.why;
    EXPECT_EQ(client.closed->reason, o.reason) << o.why;
    EXPECT_NE(client.closed->why.what.find(o.why), std::string::npos) << client.closed->why.what;
  }
}

TEST(MqttClientSession, HoldsItsOwnReceiveMaximum) {
  Client client{{.client_id = "d", .receive_max = 2}};
  client.connected();
  for (std::uint16_t id = 1; id <= 2; ++id) {
    client.feed(written(Version::v5, Publish{.qos = Qos::at_least_once, .topic = "t", .packet_id = id}));
  }
  client.session.acknowledge(1);
  client.feed(written(Version::v5, Publish{.qos = Qos::at_least_once, .topic = "t", .packet_id = 1}));
  EXPECT_FALSE(client.closed) << "the id is free again";
  client.feed(written(Version::v5, Publish{.qos = Qos::at_least_once, .topic = "t", .packet_id = 3}));
  EXPECT_EQ(client.closed->reason, ReasonCode::receive_maximum_exceeded);
}

TEST(MqttOutgoing, SendsAtMostTheWindowAndStillFindsIdsForRequests) {
  Outgoing outgoing;
  outgoing.set_window(65'535);  // what a peer may grant
  for (std::size_t i = 0; i < window_max; ++i) ASSERT_TRUE(outgoing.take());
  EXPECT_EQ(outgoing.take().error().code, Errc::exhausted);
  std::uint16_t request = 0;
  for (std::size_t i = 0; i < requests_max; ++i) {
    const auto id = outgoing.take_request();
    ASSERT_TRUE(id);
    ASSERT_EQ(outgoing.phase(id.value()), Outgoing::Phase::request);
    request = id.value();
  }
  EXPECT_EQ(outgoing.take_request().error().code, Errc::exhausted);
  EXPECT_TRUE(outgoing.remove(request));
  EXPECT_TRUE(outgoing.take_request());
}

TEST(MqttClientSession, PacketIdsGoRoundAndSkipThoseInUse) {
  Client client{{.client_id = "d", .send_max = 2}};
  client.connected();
  const std::uint16_t held = client.publish().value();
  for (int i = 0; i < 70'000; ++i) {
    const std::uint16_t id = client.publish().value();
    ASSERT_NE(id, held);
    ASSERT_NE(id, 0);
    client.feed(written(Version::v5, Puback{.packet_id = id}));
  }
}

}  // namespace
}  // namespace signet::mqtt
