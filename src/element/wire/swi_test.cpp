#include "element/wire/swi.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

Result<Buffer> decode_all(Bytes characters) {
  SwiDecoder decoder;
  Buffer out;
  for (const std::uint8_t character : characters) {
    if (const auto byte = TRY(decoder.on_character(character))) out.push_back(*byte);
  }
  if (!decoder.is_between_bytes()) return Error{Errc::malformed, "half a byte"};
  return out;
}

TEST(ElementSwi, SaysEachBitAsOneCharacterLowestFirst) {
  EXPECT_EQ(hex(encode_swi(Buffer{swi::command})), "7f7f7f7d7f7f7f7d");   // 0x77 = 0111 0111
  EXPECT_EQ(hex(encode_swi(Buffer{swi::transmit})), "7d7d7d7f7d7d7d7f");  // 0x88 = 1000 1000
}

TEST(ElementSwi, ComesBackForEveryByte) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const Buffer one{static_cast<std::uint8_t>(byte)};
    EXPECT_EQ(decode_all(encode_swi(one)).value(), one);
  }
}

TEST(ElementSwi, SaysAtMostAFlagAndAPacket) {
  const Buffer longest(1 + packet_bytes_max, 0xa5);
  EXPECT_EQ(encode_swi(longest).size(), swi_characters_max);
  EXPECT_EQ(decode_all(encode_swi(longest)).value(), longest);
  const Buffer longer(longest.size() + 1, 0xa5);
  EXPECT_DEATH(encode_swi(longer), "packet_bytes_max");
}

TEST(ElementSwi, TakesALatePulseAndNothingElse) {
  Buffer characters = encode_swi(Buffer{0x00});
  characters[0] = 0x7b, characters[1] = 0x7e, characters[2] = 0xfd;
  EXPECT_EQ(hex(decode_all(characters).value()), "00");
  for (const std::uint8_t nonsense : Buffer{0x00, 0x55, 0x79}) {
    characters[3] = nonsense;
    EXPECT_FALSE(decode_all(characters)) << unsigned{nonsense};
  }
}

TEST(ElementSwi, ForgetsHalfAByteAtAReset) {
  SwiDecoder decoder;
  ASSERT_TRUE(decoder.on_character(swi_zero));
  EXPECT_FALSE(decoder.is_between_bytes());
  decoder.reset();
  std::optional<std::uint8_t> last;
  for (int i = 0; i < 8; ++i) last = decoder.on_character(swi_one).value();
  EXPECT_EQ(last, 0xff);
}

}  // namespace
}  // namespace signet::element
