#include "mqtt/publish.h"

#include "mqtt/framer.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

TEST(MqttPublish, ComesBackAsItWasWritten) {
  for (const Version version : {Version::v311, Version::v5}) {
    for (const Qos qos : {Qos::at_most_once, Qos::at_least_once, Qos::exactly_once}) {
      const bool counted = qos != Qos::at_most_once;
      Publish sent{.dup = counted, .retain = true, .qos = qos, .topic = "a/b", .payload = bytes_of("{}")};
      if (counted) sent.packet_id = 0x1234;
      if (version == Version::v5) sent.properties.add_user("timestamp_device", "2026-01-01T00:00:00Z");
      Buffer packet;
      encode(packet, version, sent);
      Framer framer{1000};
      Bytes input{packet};
      const auto cut = framer.next(input);
      const auto back = decode_publish(version, cut.value()->flags, cut.value()->body);
      ASSERT_TRUE(back) << back.error().what;
      EXPECT_EQ(back.value().dup, sent.dup);
      EXPECT_TRUE(back.value().retain);
      EXPECT_EQ(back.value().qos, qos);
      EXPECT_EQ(back.value().topic, "a/b");
      EXPECT_EQ(back.value().packet_id, sent.packet_id);
      EXPECT_EQ(text_of(back.value().payload), "{}");
      EXPECT_EQ(back.value().properties, sent.properties);
    }
  }
}

struct Bad {
  const char* why;
  Version version;
  std::uint8_t flags;
  Buffer body;
  Errc code;
};

TEST(MqttPublish, RefusesWhatTheStandardForbids) {
  ASSERT_TRUE(decode_publish(Version::v311, 0b0011, Buffer{0, 3, 'a', '/', 'b', 0x12, 0x34, 'h', 'i'}));
  ASSERT_TRUE(decode_publish(Version::v5, 0b0000, Buffer{0, 0, 3, 0x23, 0, 1})) << "an alias stands for the topic";
  Buffer long_topic = {2, 1};
  long_topic.resize(2 + 513, 'a');
  const Bad bad[] = {
      {"[MQTT-3.3.1-4]", Version::v311, 0b0110, {0, 1, 'a', 0, 1}, Errc::malformed},
      {"[MQTT-3.3.1-2]", Version::v311, 0b1000, {0, 1, 'a'}, Errc::malformed},
      {"[MQTT-3.3.2-2]", Version::v311, 0b0000, {0, 1, '#'}, Errc::malformed},
      {"[MQTT-2.2.1-3]", Version::v311, 0b0010, {0, 1, 'a', 0, 0}, Errc::malformed},
      {"[MQTT-4.7.3-1]", Version::v311, 0b0000, {0, 0}, Errc::malformed},
      {"[MQTT-4.7.3-1]", Version::v5, 0b0000, {0, 0, 0}, Errc::malformed},
      {"[MQTT-3.3.2-8]", Version::v5, 0b0000, {0, 1, 'a', 3, 0x23, 0, 0}, Errc::malformed},
      {"[MQTT-3.3.2-14]", Version::v5, 0b0000, {0, 1, 'a', 4, 0x08, 0, 1, '#'}, Errc::malformed},
      {"[MQTT-1.5.4-1]", Version::v311, 0b0000, {0, 1, 0xff}, Errc::malformed},
      {"ends too early", Version::v311, 0b0000, {0, 9, 'a'}, Errc::malformed},
      {"ends too early", Version::v5, 0b0000, {0, 1, 'a'}, Errc::malformed},
      {"topic_bytes_max", Version::v311, 0b0000, long_topic, Errc::too_large},
  };
  for (const Bad& b : bad) {
    const auto p = decode_publish(b.version, b.flags, b.body);
    ASSERT_FALSE(p) << b.why;
    EXPECT_EQ(p.error().code, b.code) << b.why;
    EXPECT_NE(p.error().what.find(b.why), std::string::npos) << p.error().what;
  }
}

}  // namespace
}  // namespace signet::mqtt
