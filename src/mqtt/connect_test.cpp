#include "mqtt/connect.h"

#include "mqtt/framer.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

Buffer body_of(const Connect& connect) {
  Buffer packet;
  encode(packet, connect);
  Framer framer{remaining_length_max};
  Bytes input{packet};
  return copy_of(framer.next(input).value()->body);
}

// CONNECT of 3.1.1 by hand: name, level, flags, keep alive, then the payload.
Buffer by_hand(std::uint8_t level, std::uint8_t flags, Buffer payload) {
  Buffer body = {0, 4, 'M', 'Q', 'T', 'T', level, flags, 0, 60};
  body.insert(body.end(), payload.begin(), payload.end());
  return body;
}

TEST(MqttConnect, ComesBackAsItWasWritten) {
  for (const Version version : {Version::v311, Version::v5}) {
    const Buffer password = {0, 1, 2};
    Connect sent{.version = version, .clean_start = false, .keepalive = 17, .client_id = "dev"};
    sent.will = Will{.qos = Qos::at_least_once, .retain = true, .topic = "w/t", .payload = bytes_of("gone")};
    sent.user_name = "me";
    sent.password = Bytes{password};
    if (version == Version::v5) {
      sent.properties.set(PropertyId::receive_maximum, 5u).add_user("a", "b");
      sent.will->properties.set(PropertyId::will_delay, 3u);
    }
    const Buffer body = body_of(sent);
    const auto back = decode_connect(0, body);
    ASSERT_TRUE(back) << back.error().what;
    const Connect& c = back.value();
    EXPECT_EQ(c.version, version);
    EXPECT_FALSE(c.clean_start);
    EXPECT_EQ(c.keepalive, 17);
    EXPECT_EQ(c.client_id, "dev");
    ASSERT_TRUE(c.will);
    EXPECT_EQ(c.will->topic, "w/t");
    EXPECT_EQ(text_of(c.will->payload), "gone");
    EXPECT_EQ(c.will->qos, Qos::at_least_once);
    EXPECT_TRUE(c.will->retain);
    EXPECT_EQ(c.will->properties, sent.will->properties);
    EXPECT_EQ(c.user_name, "me");
    EXPECT_EQ(copy_of(*c.password), password);
    EXPECT_EQ(c.properties, sent.properties);
    for (std::size_t size = 0; size < body.size(); ++size)
      EXPECT_FALSE(decode_connect(0, Bytes{body}.first(size))) << size;
  }
}

TEST(MqttConnect, RefusesWhatTheStandardForbids) {
  ASSERT_TRUE(decode_connect(0, by_hand(4, 0x02, {0, 1, 'x'})));
  Buffer old_name = by_hand(3, 2, {0, 0});
  old_name[5] = 'X';
  struct Bad {
    const char* why;
    std::uint8_t flags;
    Buffer body;
  };
  const Bad bad[] = {
      {"[MQTT-2.1.3-1]", 1, by_hand(4, 0x02, {0, 1, 'x'})},
      {"[MQTT-3.1.2-1]", 0, old_name},
      {"[MQTT-3.1.2-2]", 0, by_hand(6, 0x02, {0, 1, 'x'})},
      {"[MQTT-3.1.2-3]", 0, by_hand(4, 0x03, {0, 1, 'x'})},
      {"[MQTT-3.1.2-11]", 0, by_hand(4, 0x0a, {0, 1, 'x'})},
      {"[MQTT-3.1.2-12]", 0, by_hand(4, 0x1e, {0, 1, 'x', 0, 1, 'w', 0, 0})},
      {"[MQTT-3.1.2-13]", 0, by_hand(4, 0x22, {0, 1, 'x'})},
      {"3.1.1: [MQTT-3.1.2-22]", 0, by_hand(4, 0x42, {0, 1, 'x', 0, 0})},
      {"[MQTT-1.5.4-2]", 0, by_hand(4, 0x02, {0, 1, 0})},
      {"[MQTT-3.3.2-2]", 0, by_hand(4, 0x06, {0, 1, 'x', 0, 1, '#', 0, 0})},
      {"left over", 0, by_hand(4, 0x02, {0, 1, 'x', 9})},
      {"ends too early", 0, by_hand(4, 0x82, {0, 1, 'x'})},
  };
  for (const Bad& b : bad) {
    const auto c = decode_connect(b.flags, b.body);
    ASSERT_FALSE(c) << b.why;
    EXPECT_NE(c.error().what.find(b.why), std::string::npos) << b.why << ": " << c.error().what;
  }
}

TEST(MqttConnect, TellsTheLevelOfAVersionThatIsNotSpoken) {
  EXPECT_EQ(connect_level(by_hand(6, 2, {})).value(), 6);
  EXPECT_FALSE(connect_level(Buffer{0, 6, 'M', 'Q', 'I', 's', 'd', 'p', 3}));
}

}  // namespace
}  // namespace signet::mqtt
