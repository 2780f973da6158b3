// SUBSCRIBE and UNSUBSCRIBE: what asks.
#include "mqtt/subscribe.h"
#include "mqtt/framer.h"
#include "mqtt/unsubscribe.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

TEST(MqttSubscribe, ComesBackAsItWasWritten) {
  for (const Version version : {Version::v311, Version::v5}) {
    const bool v5 = version == Version::v5;
    Subscribe sent{.packet_id = 10};
    sent.subscriptions.push_back({.filter = "a/+",
                                  .qos = Qos::exactly_once,
                                  .no_local = v5,
                                  .retain_handling = v5 ? std::uint8_t{2} : std::uint8_t{0}});
    sent.subscriptions.push_back({.filter = "b", .qos = Qos::at_most_once, .retain_as_published = v5});
    Buffer packet;
    encode(packet, version, sent);
    const auto back = decode_subscribe(version, 2, Bytes{packet}.subspan(2));
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back.value().packet_id, 10);
    ASSERT_EQ(back.value().subscriptions.size(), 2u);
    EXPECT_EQ(back.value().subscriptions[0].filter, "a/+");
    EXPECT_EQ(back.value().subscriptions[0].qos, Qos::exactly_once);
    EXPECT_EQ(back.value().subscriptions[0].no_local, v5);
    EXPECT_EQ(back.value().subscriptions[0].retain_handling, v5 ? 2 : 0);
    EXPECT_EQ(back.value().subscriptions[1].retain_as_published, v5);
  }
}

TEST(MqttSubscribe, UnsubscribeComesBack) {
  Buffer packet;
  encode(packet, Version::v5, Unsubscribe{.packet_id = 2, .filters = {"a", "b/#"}});
  const auto back = decode_unsubscribe(Version::v5, 2, Bytes{packet}.subspan(2));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().filters, (std::vector<std::string_view>{"a", "b/#"}));
}

Buffer filters_311(std::size_t count, bool options) {
  Buffer body = {0, 1};
  for (std::size_t i = 0; i < count; ++i) {
    Writer{body}.u16_be(1).u8('a');
    if (options) body.push_back(1);
  }
  return body;
}

TEST(MqttSubscribe, RefusesWhatTheStandardForbids) {
  ASSERT_TRUE(decode_subscribe(Version::v311, 2, filters_311(filters_max, true)));
  ASSERT_TRUE(decode_unsubscribe(Version::v311, 2, filters_311(filters_max, false)));
  struct Bad {
    const char* why;
    Version version;
    std::uint8_t flags;
    Buffer body;
  };
  const Bad bad[] = {
      {"[MQTT-3.8.1-1]", Version::v5, 0, {0, 1, 0, 0, 1, 'a', 1}},
      {"[MQTT-2.2.1-3]", Version::v5, 2, {0, 0, 0, 0, 1, 'a', 1}},
      {"[MQTT-3.8.3-2]", Version::v5, 2, {0, 1, 0}},
      {"[MQTT-3.8.3-5]", Version::v5, 2, {0, 1, 0, 0, 1, 'a', 0x41}},
      {"[MQTT-3.8.3-5]", Version::v311, 2, {0, 1, 0, 1, 'a', 0x05}},
      {"both QoS bits", Version::v5, 2, {0, 1, 0, 0, 1, 'a', 3}},
      {"retain handling", Version::v5, 2, {0, 1, 0, 0, 1, 'a', 0x31}},
      {"[MQTT-3.8.3-4]", Version::v5, 2, {0, 1, 0, 0, 10, '$', 's', 'h', 'a', 'r', 'e', '/', 'g', '/', 'a', 5}},
      {"[MQTT-4.7.1-1]", Version::v5, 2, {0, 1, 0, 0, 2, 'a', '#', 1}},
      {"[MQTT-4.7.3-1]", Version::v5, 2, {0, 1, 0, 0, 0, 1}},
      {"filters_max", Version::v311, 2, filters_311(filters_max + 1, true)},
      {"ends too early", Version::v5, 2, {0, 1, 0, 0, 1, 'a'}},
  };
  for (const Bad& b : bad) {
    const auto s = decode_subscribe(b.version, b.flags, b.body);
    ASSERT_FALSE(s) << b.why;
    EXPECT_NE(s.error().what.find(b.why), std::string::npos) << b.why << ": " << s.error().what;
  }
  EXPECT_FALSE(decode_unsubscribe(Version::v5, 0, Buffer{0, 1, 0, 0, 1, 'a'})) << "[MQTT-3.10.1-1]";
  EXPECT_FALSE(decode_unsubscribe(Version::v5, 2, Buffer{0, 1, 0})) << "[MQTT-3.10.3-2]";
  EXPECT_FALSE(decode_unsubscribe(Version::v311, 2, filters_311(filters_max + 1, false)));
}

}  // namespace
}  // namespace signet::mqtt
