#include "mqtt/framer.h"

#include <gtest/gtest.h>

namespace signet::mqtt {
namespace {

// All packets of a stream that comes in pieces of `piece` bytes, as "type:body" in hex.
std::vector<std::string> cut(const Buffer& stream, std::size_t piece, std::size_t limit) {
  Framer framer{limit};
  std::vector<std::string> packets;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    Bytes input = Bytes{stream}.subspan(at, std::min(piece, stream.size() - at));
    for (;;) {
      const auto packet = framer.next(input);
      if (!packet) {
        packets.push_back("error");
        return packets;
      }
      if (!packet.value()) break;
      packets.push_back(std::to_string(int(packet.value()->type)) + ":" + hex(packet.value()->body));
    }
    EXPECT_TRUE(input.empty());
  }
  return packets;
}

TEST(MqttFramer, CutsTheSamePacketsHoweverTheBytesArrive) {
  Buffer stream = {0xc0, 0, 0x40, 2, 0, 7, 0xd0, 0};
  const Buffer long_body(200, 0x55);
  Writer{stream}.u8(0x30).u8(0xc8).u8(0x01).bytes(long_body).u8(0xe0).u8(0);
  const std::vector<std::string> whole = cut(stream, stream.size(), 1000);
  EXPECT_EQ(whole, (std::vector<std::string>{"12:", "4:0007", "13:", "3:" + hex(long_body), "14:"}));
  for (std::size_t piece = 1; piece < stream.size(); ++piece) EXPECT_EQ(cut(stream, piece, 1000), whole) << piece;
}

TEST(MqttFramer, MeetsItsLimitExactly) {
  Buffer fits = {0x30, 0x0a};
  fits.resize(12);
  EXPECT_EQ(cut(fits, 12, 10).size(), 1u);
  const Buffer too_long = {0x30, 0x0b};
  for (const std::size_t piece : {1, 2}) EXPECT_EQ(cut(too_long, piece, 10), std::vector<std::string>{"error"});
}

TEST(MqttFramer, RefusesALengthOfFiveBytesAndTypeZero) {
  for (const Buffer& bad : {Buffer{0x30, 0xff, 0xff, 0xff, 0xff, 0x7f}, Buffer{0x30, 0x80, 0x00}, Buffer{0x00, 0x00}}) {
    for (const std::size_t piece : {1, 6})
      EXPECT_EQ(cut(bad, piece, remaining_length_max), std::vector<std::string>{"error"});
  }
}

TEST(MqttFramer, AnAnnouncedLengthAllocatesNothing) {
  Framer framer{remaining_length_max};
  const Buffer announces = {0x30, 0xff, 0xff, 0xff, 0x7f, 'a'};
  for (const std::uint8_t& byte : announces) {
    Bytes input{&byte, 1};
    const auto packet = framer.next(input);
    ASSERT_TRUE(packet);
    EXPECT_FALSE(packet.value());
  }
  EXPECT_EQ(framer.buffered(), announces.size());
}

TEST(MqttFramer, KeepsNothingBetweenPackets) {
  Framer framer{100};
  const Buffer packet = {0x40, 2, 0, 7};
  Bytes head = Bytes{packet}.first(3), tail = Bytes{packet}.subspan(3), none;
  ASSERT_TRUE(framer.next(head));
  ASSERT_TRUE(framer.next(tail).value());
  ASSERT_FALSE(framer.next(none).value());
  EXPECT_EQ(framer.buffered(), 0u);
}

}  // namespace
}  // namespace signet::mqtt
