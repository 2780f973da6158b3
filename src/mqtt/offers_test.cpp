// What 5.0 lets a client ask for: topic aliases, explanations, response information, packets of its size.
#include "mqtt/server_for_test.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

const Connect plain{.client_id = "d"};

Buffer aliased(std::string_view topic, std::uint32_t alias) {
  Publish publish{.topic = topic};
  publish.properties.set(PropertyId::topic_alias, alias);
  return written(Version::v5, publish);
}
Connack connack_of(const Server& server) {
  return decode_connack(Version::v5, 0, Bytes{server.output}.subspan(2)).value();
}

TEST(MqttOffers, ATopicAliasStandsForTheTopicItCameWith) {
  Server server{{.topic_alias_max = 2}};
  server.connect(Version::v5);
  EXPECT_EQ(connack_of(server).properties.number(PropertyId::topic_alias_maximum), 2u);
  server.feed(aliased("one", 1) + aliased("two", 2) + aliased("", 1) + aliased("other", 1) + aliased("", 1));
  EXPECT_EQ(server.topics, (std::vector<std::string>{"one", "two", "one", "other", "other"}));
  server.feed(aliased("three", 3));
  EXPECT_EQ(server.closed->reason, ReasonCode::topic_alias_invalid);
}

TEST(MqttOffers, AnAliasThatStandsForNothingEndsTheConnection) {
  Server server{{.topic_alias_max = 2}};
  server.connect(Version::v5).feed(aliased("", 2));
  EXPECT_EQ(server.closed->reason, ReasonCode::protocol_error);
  Server zero{{.topic_alias_max = 2}};
  zero.connect(Version::v5).feed(aliased("t", 0));
  EXPECT_EQ(zero.closed->reason, ReasonCode::malformed_packet);
  Server next{{.topic_alias_max = 2}};
  next.connect(Version::v5).feed(aliased("", 1));
  EXPECT_TRUE(next.closed) << "[MQTT-3.3.2-7] another connection's alias means nothing here";
}

TEST(MqttOffers, ReasonsAreExplainedToWhoWantsToHear) {
  const auto refused = [](const Connect& connect) {
    Server server;
    server.connect(Version::v5, connect);
    server.feed(written(Version::v5, Publish{.qos = Qos::at_least_once, .topic = "t", .packet_id = 1}));
    server.session.acknowledge(1, ReasonCode::payload_format_invalid, "the payload is not a JSON object");
    return decode_puback(Version::v5, 0, Bytes{server.said()}.subspan(2))
        .value()
        .properties.has(PropertyId::reason_string);
  };
  EXPECT_TRUE(refused(plain));
  Connect deaf = plain;
  deaf.properties.set(PropertyId::request_problem_information, 0u);
  EXPECT_FALSE(refused(deaf));
  Connect small = plain;
  small.properties.set(PropertyId::maximum_packet_size, 36u);
  EXPECT_FALSE(refused(small)) << "it would not fit";
}

TEST(MqttOffers, ADisconnectNamesTheClause) {
  Server server;
  server.connect(Version::v5).feed(written(Version::v5, Puback{.packet_id = 9}) + raw(PacketType::auth, 0));
  const Server other = [] {
    Server made;
    made.connect(Version::v5).feed(raw(PacketType::auth, 0));
    return made;
  }();
  const auto said = decode_disconnect(Version::v5, 0, Bytes{other.output}.subspan(2)).value();
  EXPECT_EQ(said.properties.text(PropertyId::reason_string), other.closed->why.what);
  Server ours;
  ours.connect(Version::v5);
  ours.session.disconnect(ReasonCode::administrative_action, {Errc::forbidden, "an operator's reason"});
  EXPECT_EQ(ours.said(), written(Version::v5, Disconnect{.reason = ReasonCode::administrative_action}))
      << "an Error's text is for our log";
}

TEST(MqttOffers, ResponseInformationIsForWhoAsks) {
  Server silent;
  silent.welcome.response_information = "j/dn/d";
  silent.connect(Version::v5);
  EXPECT_FALSE(connack_of(silent).properties.has(PropertyId::response_information));
  Server asked;
  asked.welcome.response_information = "j/dn/d";
  Connect asks = plain;
  asks.properties.set(PropertyId::request_response_information, 1u);
  asked.connect(Version::v5, asks);
  EXPECT_EQ(connack_of(asked).properties.text(PropertyId::response_information), "j/dn/d");
}

TEST(MqttOffers, QosTwoIsOfferedByAnnouncingNoMaximum) {
  Server server{{.qos_max = Qos::exactly_once}};
  server.connect(Version::v5);
  EXPECT_FALSE(connack_of(server).properties.has(PropertyId::maximum_qos));
  Server none{{.qos_max = Qos::at_most_once}};
  none.connect(Version::v5);
  EXPECT_EQ(connack_of(none).properties.number(PropertyId::maximum_qos), 0u);
}

TEST(MqttOffers, APeerThatTakesNotEvenOurConnackHearsNothing) {
  Server server;
  Connect tiny = plain;
  tiny.properties.set(PropertyId::maximum_packet_size, 10u);
  server.connect(Version::v5, tiny);
  EXPECT_TRUE(server.output.empty()) << hex(server.output);
  ASSERT_TRUE(server.closed);
  EXPECT_EQ(server.closed->reason, ReasonCode::packet_too_large);
}

TEST(MqttOffers, A311ClientWithoutANameMustAskForACleanSession) {
  Server server;
  server.connect(Version::v311, {.clean_start = false});
  EXPECT_EQ(server.output, (Buffer{0x20, 2, 0, 2}));
  EXPECT_EQ(server.closed->reason, ReasonCode::client_id_invalid);
  Server clean;
  EXPECT_FALSE(clean.connect(Version::v311, {.clean_start = true}).closed);
}

}  // namespace
}  // namespace signet::mqtt
