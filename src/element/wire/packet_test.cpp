#include "element/wire/packet.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

// Groups whose checksum is published, so they check ours (secure-element facts 1.4).
const char* const golden_responses[] = {"04113343", "04000340", "040100c3", "04038342", "0405c343",      "040740c2",
                                        "040860c0", "040f2342", "04ee3141", "04ff0142", "070000600383bb"};
const char* const golden_commands[] = {"0730000000035d", "071b00000024cd", "070280000009ad",
                                       "0702001500175d", "07400400008387", "0741a000007b85",
                                       "07240000000cfd", "0717800000398d", "07178100003a07"};

Buffer from_hex(std::string_view text) { return decode_hex(text).value(); }

TEST(ElementPacket, ReadsAndWritesGoldenResponses) {
  for (const char* text : golden_responses) {
    const Buffer packet = from_hex(text);
    const auto data = decode_response(packet);
    ASSERT_TRUE(data) << text << ": " << data.error().what;
    EXPECT_EQ(encode_response(data.value()), packet);
  }
}

TEST(ElementPacket, ReadsAndWritesGoldenCommands) {
  for (const char* text : golden_commands) {
    const Buffer packet = from_hex(text);
    const auto command = decode_command(packet);
    ASSERT_TRUE(command) << text << ": " << command.error().what;
    EXPECT_EQ(encode(command.value()), packet);
  }
  const Buffer fives(32, 0x5a);
  const Buffer nonce = encode({.opcode = 0x16, .param1 = 0x03, .data = fives});
  EXPECT_EQ(hex(Bytes{nonce}.first(5)), "2716030000");
  EXPECT_EQ(hex(Bytes{nonce}.last(2)), "50b0");
  EXPECT_EQ(crc16(from_hex("0123456789abcdef")), 0x65cf);
}

TEST(ElementPacket, RefusesEveryOneBitChangeAndEveryTruncation) {
  const Buffer response = from_hex("04113343");
  const Buffer command = from_hex("0730000000035d");
  ASSERT_TRUE(decode_response(response));
  ASSERT_TRUE(decode_command(command));
  for (const Buffer& packet : {response, command}) {
    for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
      Buffer harmed = packet;
      harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_FALSE(decode_response(harmed)) << "bit " << bit;
      EXPECT_FALSE(decode_command(harmed)) << "bit " << bit;
    }
    for (std::size_t size = 0; size < packet.size(); ++size) {
      EXPECT_FALSE(decode_response(Bytes{packet}.first(size))) << "size " << size;
      EXPECT_FALSE(decode_command(Bytes{packet}.first(size))) << "size " << size;
    }
  }
}

TEST(ElementPacket, KeepsToItsLimits) {
  const Buffer most(command_data_bytes_max, 1);
  const Buffer packet = encode({.opcode = 0x47, .data = most});
  EXPECT_EQ(packet.size(), packet_bytes_max);
  ASSERT_TRUE(decode_command(packet));
  Buffer longer = packet;  // a whole command of 156 bytes, with its own right checksum
  longer.resize(packet_bytes_max - 1);
  longer[0] = static_cast<std::uint8_t>(packet_bytes_max + 1);
  Writer{longer}.u16_le(crc16(longer));
  EXPECT_EQ(longer.size(), packet_bytes_max + 1);
  EXPECT_FALSE(decode_command(longer));
  EXPECT_FALSE(decode_response(longer));
}

}  // namespace
}  // namespace signet::element
