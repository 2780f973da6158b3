#include "mqtt/properties.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

constexpr Carrier carriers[] = {Carrier::connect,  Carrier::connack,   Carrier::publish, Carrier::will,
                                Carrier::puback,   Carrier::subscribe, Carrier::suback,  Carrier::unsubscribe,
                                Carrier::unsuback, Carrier::disconnect};

// One legal value of each property, and who may carry it, one letter a carrier in the order above.
struct Sample {
  PropertyId id;
  Buffer value;
  std::string_view carried;  // C connect, K connack, P publish, W will, A puback, S subscribe, s suback, U, u, D
};
using enum PropertyId;
const Sample samples[] = {
    {payload_format, {1}, "PW"},
    {message_expiry, {0, 0, 0, 9}, "PW"},
    {content_type, {0, 1, 'x'}, "PW"},
    {response_topic, {0, 1, 'x'}, "PW"},
    {correlation_data, {0, 1, 0xff}, "PW"},
    {subscription_id, {0x80, 1}, "PS"},
    {session_expiry, {0, 0, 0, 9}, "CKD"},
    {assigned_client_id, {0, 1, 'x'}, "K"},
    {server_keepalive, {0, 9}, "K"},
    {authentication_method, {0, 1, 'x'}, "CK"},
    {request_problem_information, {1}, "C"},
    {will_delay, {0, 0, 0, 9}, "W"},
    {request_response_information, {1}, "C"},
    {response_information, {0, 1, 'x'}, "K"},
    {server_reference, {0, 1, 'x'}, "KD"},
    {reason_string, {0, 1, 'x'}, "KAsuD"},
    {receive_maximum, {0, 9}, "CK"},
    {topic_alias_maximum, {0, 9}, "CK"},
    {topic_alias, {0, 9}, "P"},
    {maximum_qos, {1}, "K"},
    {retain_available, {1}, "K"},
    {user_property, {0, 1, 'n', 0, 1, 'v'}, "CKPWASsUuD"},
    {maximum_packet_size, {0, 0, 0, 9}, "CK"},
    {wildcard_subscription_available, {1}, "K"},
    {subscription_ids_available, {1}, "K"},
    {shared_subscription_available, {1}, "K"},
};

Buffer section(std::initializer_list<Buffer> properties) {
  Buffer out{0};
  for (const Buffer& property : properties) out.insert(out.end(), property.begin(), property.end());
  out[0] = static_cast<std::uint8_t>(out.size() - 1);
  return out;
}

Buffer property(PropertyId id, const Buffer& value) {
  Buffer out{static_cast<std::uint8_t>(id)};
  out.insert(out.end(), value.begin(), value.end());
  return out;
}

Result<Properties> read(const Buffer& bytes, Carrier carrier) {
  Reader in{bytes};
  auto properties = TRY(read_properties(in, carrier));
  TRY(in.end());
  return properties;
}

TEST(MqttProperties, EachIsReadWhereItBelongsAndRefusedElsewhere) {
  constexpr std::string_view letters = "CKPWASsUuD";
  for (const Sample& sample : samples) {
    const Buffer bytes = section({property(sample.id, sample.value)});
    for (std::size_t i = 0; i < std::size(carriers); ++i) {
      const auto properties = read(bytes, carriers[i]);
      const bool belongs = sample.carried.find(letters[i]) != sample.carried.npos;
      ASSERT_EQ(bool(properties), belongs) << "id " << int(sample.id) << " in " << letters[i];
      if (!belongs) {
        EXPECT_EQ(properties.error().code, Errc::malformed);
        continue;
      }
      Buffer written;
      write_properties(written, properties.value());
      EXPECT_EQ(written, bytes) << "id " << int(sample.id);
    }
  }
}

TEST(MqttProperties, OneThatStandsTwiceIsAProtocolError) {
  constexpr std::string_view letters = "CKPWASsUuD";
  for (const Sample& sample : samples) {
    if (sample.id == user_property) continue;
    const Carrier carrier = carriers[letters.find(sample.carried[0])];
    const auto once = property(sample.id, sample.value);
    ASSERT_TRUE(read(section({once}), carrier));
    const auto twice = read(section({once, once}), carrier);
    ASSERT_FALSE(twice) << int(sample.id);
    EXPECT_EQ(twice.error().code, Errc::conflict);
  }
}

TEST(MqttProperties, RefusesWhatIsCutOrOutOfRange) {
  ASSERT_TRUE(read(section({}), Carrier::connack));
  struct Bad {
    const char* why;
    Buffer bytes;
    Errc code;
  };
  const Bad bad[] = {
      {"3.1.2.11.3: receive maximum 0", section({property(receive_maximum, {0, 0})}), Errc::conflict},
      {"3.1.2.11.4: maximum packet size 0", section({property(maximum_packet_size, {0, 0, 0, 0})}), Errc::conflict},
      {"3.2.2.3.4: maximum QoS 2", section({property(maximum_qos, {2})}), Errc::conflict},
      {"3.2.2.3.5: retain available 2", section({property(retain_available, {2})}), Errc::conflict},
      {"unknown id", section({Buffer{0x7e, 0}}), Errc::malformed},
      {"unknown id of two bytes", section({Buffer{0x80, 1, 0}}), Errc::malformed},
      {"id 0", section({Buffer{0, 0}}), Errc::malformed},
      {"value cut", section({Buffer{0x21, 0}}), Errc::malformed},
      {"length passes the packet", {5, 0x21, 0, 9}, Errc::malformed},
      {"authentication data alone", section({property(authentication_data, {0, 1, 'x'})}), Errc::conflict},
      {"text not UTF-8", section({property(reason_string, {0, 1, 0xff})}), Errc::malformed},
  };
  for (const Bad& b : bad) {
    const auto properties = read(b.bytes, Carrier::connack);
    ASSERT_FALSE(properties) << b.why;
    EXPECT_EQ(properties.error().code, b.code) << b.why;
  }
}

TEST(MqttProperties, UserPropertiesKeepTheirOrderAndTheirLimit) {
  Properties some;
  for (std::size_t i = 0; i < user_properties_max; ++i) some.add_user("n", std::string_view{i % 2 ? "odd" : "even"});
  Buffer bytes;
  write_properties(bytes, some);
  const auto back = read(bytes, Carrier::publish);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back.value(), some);
  EXPECT_EQ(back.value().user("n"), "even");
  EXPECT_EQ(back.value().user("absent"), std::nullopt);

  some.add_user("n", "one more");
  Buffer more;
  write_properties(more, some);
  const auto refused = read(more, Carrier::publish);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::mqtt
