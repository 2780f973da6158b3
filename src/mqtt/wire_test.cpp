#include "mqtt/wire.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

TEST(MqttWire, NumbersTakeTheirFewestBytes) {
  const std::pair<std::uint32_t, Buffer> numbers[] = {
      {0, {0x00}},
      {127, {0x7f}},
      {128, {0x80, 0x01}},
      {16'383, {0xff, 0x7f}},
      {16'384, {0x80, 0x80, 0x01}},
      {2'097'151, {0xff, 0xff, 0x7f}},
      {2'097'152, {0x80, 0x80, 0x80, 0x01}},
      {268'435'455, {0xff, 0xff, 0xff, 0x7f}},
  };
  for (const auto& [number, bytes] : numbers) {
    Buffer written;
    write_varint(written, number);
    EXPECT_EQ(written, bytes);
    Reader in{bytes};
    const auto read = read_varint(in);
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value(), number);
    EXPECT_TRUE(in.empty());
  }
}

TEST(MqttWire, RefusesNumbersThatAreLongerThanNeeded) {
  const Buffer bad[] = {
      {}, {0x80}, {0x80, 0x00}, {0xff, 0x80, 0x00}, {0x80, 0x80, 0x80, 0x80, 0x01}, {0xff, 0xff, 0xff, 0xff, 0x7f}};
  for (const Buffer& bytes : bad) {
    Reader in{bytes};
    EXPECT_FALSE(read_varint(in)) << hex(bytes);
  }
}

TEST(MqttWire, TextIsUtf8WithoutZero) {
  const Buffer good = {0, 3, 'a', 0xc3, 0xa9};
  Reader in{good};
  const auto text = read_string(in);
  ASSERT_TRUE(text);
  EXPECT_EQ(text.value(), "a\xc3\xa9");
  const Buffer bad[] = {
      {0, 1, 0},                 // [MQTT-1.5.4-2]
      {0, 3, 0xed, 0xa0, 0x80},  // [MQTT-1.5.4-1] a surrogate
      {0, 2, 0xc0, 0x80},        // over-long
      {0, 1, 0xff},
      {0, 2, 'a'},
      {0},
  };
  for (const Buffer& bytes : bad) {
    Reader harmed{bytes};
    EXPECT_FALSE(read_string(harmed)) << hex(bytes);
  }
}

TEST(MqttWire, TextIsAsLongAsItsLengthCanSay) {
  const std::string longest(string_bytes_max, 'x');
  Buffer written;
  write_string(written, longest);
  Reader in{written};
  EXPECT_EQ(read_string(in).value(), longest);
  Buffer out;
  EXPECT_DEATH(write_string(out, longest + "x"), "string_bytes_max") << "who writes has checked it";
}

TEST(MqttWire, PingsHaveNoBodyAndNoFlags) {
  Buffer out;
  encode_pingreq(out);
  encode_pingresp(out);
  EXPECT_EQ(out, (Buffer{0xc0, 0, 0xd0, 0}));
  EXPECT_TRUE(decode_ping(0, {}));
  EXPECT_FALSE(decode_ping(1, {}));
  EXPECT_FALSE(decode_ping(0, out));
}

}  // namespace
}  // namespace signet::mqtt
