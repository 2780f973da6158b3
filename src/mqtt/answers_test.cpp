// CONNACK, PUBACK, SUBACK, UNSUBACK and DISCONNECT: what answers.
#include "mqtt/connack.h"
#include "mqtt/disconnect.h"
#include "mqtt/framer.h"
#include "mqtt/packets_for_test.h"
#include "mqtt/puback.h"
#include "mqtt/subscribe.h"
#include "mqtt/unsubscribe.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

Bytes body_of(const Buffer& packet) { return Bytes{packet}.subspan(2); }

TEST(MqttAnswers, ConnackComesBack) {
  Connack sent{.session_present = true};
  sent.properties.set(PropertyId::assigned_client_id, std::string_view{"dev-1"}).set(PropertyId::receive_maximum, 9u);
  const Buffer packet = written(Version::v5, sent);
  const auto back = decode_connack(Version::v5, 0, body_of(packet));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back.value().session_present);
  EXPECT_EQ(back.value().properties, sent.properties);
  EXPECT_EQ(written(Version::v311, Connack{}), (Buffer{0x20, 2, 0, 0}));
}

TEST(MqttAnswers, ConnackOf311SaysTheNearest) {
  const std::pair<ReasonCode, ReasonCode> said_heard[] = {
      {ReasonCode::success, ReasonCode::success},
      {ReasonCode::unsupported_version, ReasonCode::unsupported_version},
      {ReasonCode::client_id_invalid, ReasonCode::client_id_invalid},
      {ReasonCode::server_busy, ReasonCode::server_unavailable},
      {ReasonCode::bad_user_or_password, ReasonCode::bad_user_or_password},
      {ReasonCode::not_authorized, ReasonCode::not_authorized},
  };
  for (const auto& [said, heard] : said_heard) {
    const Buffer packet = written(Version::v311, Connack{.reason = said});
    EXPECT_EQ(decode_connack(Version::v311, 0, body_of(packet)).value().reason, heard);
  }
}

TEST(MqttAnswers, LeaveOutWhatSaysNothing) {
  EXPECT_EQ(written(Version::v5, Puback{.packet_id = 7}), (Buffer{0x40, 2, 0, 7}));
  EXPECT_EQ(written(Version::v5, Puback{.packet_id = 7, .reason = ReasonCode::quota_exceeded}),
            (Buffer{0x40, 3, 0, 7, 0x97}));
  EXPECT_EQ(written(Version::v311, Puback{.packet_id = 7, .reason = ReasonCode::quota_exceeded}),
            (Buffer{0x40, 2, 0, 7}));
  EXPECT_EQ(written(Version::v5, Disconnect{}), (Buffer{0xe0, 0}));
  EXPECT_EQ(written(Version::v5, Disconnect{.reason = ReasonCode::session_taken_over}), (Buffer{0xe0, 1, 0x8e}));
  EXPECT_EQ(written(Version::v311, Disconnect{}), (Buffer{0xe0, 0}));
}

TEST(MqttAnswers, PubackAndDisconnectComeBack) {
  Puback ack{.packet_id = 9, .reason = ReasonCode::not_authorized};
  ack.properties.set(PropertyId::reason_string, std::string_view{"no"});
  const auto back = decode_puback(Version::v5, 0, body_of(written(Version::v5, ack)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back.value().packet_id, 9);
  EXPECT_EQ(back.value().reason, ReasonCode::not_authorized);
  Disconnect end{.reason = ReasonCode::server_busy};
  end.properties.add_user("a", "b");
  const Buffer packet = written(Version::v5, end);
  EXPECT_EQ(decode_disconnect(Version::v5, 0, body_of(packet)).value().properties, end.properties);
  EXPECT_EQ(decode_disconnect(Version::v5, 0, Buffer{0x81}).value().reason, ReasonCode::malformed_packet);
}

TEST(MqttAnswers, SubackAndUnsubackComeBack) {
  const Suback sent{.packet_id = 3, .reasons = {ReasonCode::granted_qos_1, ReasonCode::not_authorized}};
  EXPECT_EQ(decode_suback(Version::v5, 0, body_of(written(Version::v5, sent))).value().reasons, sent.reasons);
  const auto in_311 = decode_suback(Version::v311, 0, body_of(written(Version::v311, sent))).value().reasons;
  EXPECT_EQ(in_311, (std::vector{ReasonCode::granted_qos_1, ReasonCode::unspecified_error}));
  const Unsuback gone{.packet_id = 4, .reasons = {ReasonCode::no_subscription_existed}};
  EXPECT_EQ(decode_unsuback(Version::v5, 0, body_of(written(Version::v5, gone))).value().reasons, gone.reasons);
  EXPECT_EQ(written(Version::v311, gone), (Buffer{0xb0, 2, 0, 4}));
}

using Decode = Status (*)(Version, std::uint8_t, Bytes);
template <auto decode>
Status tried(Version version, std::uint8_t flags, Bytes body) {
  TRY(decode(version, flags, body));
  return {};
}

TEST(MqttAnswers, RefuseWhatTheStandardForbids) {
  constexpr Decode connack = tried<decode_connack>, puback = tried<decode_puback>, suback = tried<decode_suback>,
                   unsuback = tried<decode_unsuback>, disconnect = tried<decode_disconnect>;
  ASSERT_TRUE(connack(Version::v5, 0, Buffer{0, 0, 0}));
  ASSERT_TRUE(puback(Version::v5, 0, Buffer{0, 1, 0x10, 0}));
  ASSERT_TRUE(suback(Version::v5, 0, Buffer{0, 1, 0, 0xa2}));
  ASSERT_TRUE(unsuback(Version::v311, 0, Buffer{0, 1}));
  ASSERT_TRUE(disconnect(Version::v5, 0, Buffer{}));
  struct Bad {
    const char* why;
    Decode decode;
    Version version;
    std::uint8_t flags;
    Buffer body;
  };
  const Bad bad[] = {
      {"[MQTT-2.1.3-1]", connack, Version::v5, 1, {0, 0, 0}},
      {"[MQTT-3.2.2-1]", connack, Version::v5, 0, {2, 0, 0}},
      {"[MQTT-3.2.2-6]", connack, Version::v5, 0, {1, 0x87, 0}},
      {"[MQTT-3.2.2-8]", connack, Version::v5, 0, {0, 0x8e, 0}},
      {"3.1.1: 3.2.2.3", connack, Version::v311, 0, {0, 6}},
      {"left over", connack, Version::v311, 0, {0, 0, 0}},
      {"[MQTT-2.2.1-3]", puback, Version::v311, 0, {0, 0}},
      {"[MQTT-3.4.2-1]", puback, Version::v5, 0, {0, 1, 0x99 + 1}},
      {"left over", puback, Version::v311, 0, {0, 1, 0}},
      {"ends too early", puback, Version::v5, 0, {0, 1, 0x80, 1}},
      {"[MQTT-3.8.4-6]", suback, Version::v5, 0, {0, 1, 0}},
      {"[MQTT-3.9.3-2]", suback, Version::v311, 0, {0, 1, 0x87}},
      {"[MQTT-3.9.3-2]", suback, Version::v5, 0, {0, 1, 0, 3}},
      {"filters_max", suback, Version::v311, 0, Buffer(2 + filters_max + 1, 1)},
      {"[MQTT-3.11.3-2]", unsuback, Version::v5, 0, {0, 1, 0, 1}},
      {"filters_max", unsuback, Version::v5, 0,
       [] {
         Buffer b(3 + filters_max + 1, 0);
         b[1] = 1;
         return b;
       }()},
      {"left over", unsuback, Version::v311, 0, {0, 1, 0}},
      {"[MQTT-2.1.3-1]", disconnect, Version::v5, 2, {}},
      {"[MQTT-3.14.2-1]", disconnect, Version::v5, 0, {0x8c}},
      {"left over", disconnect, Version::v311, 0, {0}},
  };
  for (const Bad& b : bad) {
    const Status status = b.decode(b.version, b.flags, b.body);
    ASSERT_FALSE(status) << b.why;
    EXPECT_NE(status.error().what.find(b.why), std::string::npos) << b.why << ": " << status.error().what;
  }
}

TEST(MqttAnswers, EveryReasonCodeHasAName) {
  for (unsigned code = 0; code <= 0xa2; ++code) {
    const auto name = name_of(static_cast<ReasonCode>(code));
    EXPECT_FALSE(name.empty());
  }
  EXPECT_EQ(name_of(ReasonCode::not_authorized), "not authorized");
}

}  // namespace
}  // namespace signet::mqtt
