#include "identity/der.h"

#include <gtest/gtest.h>

namespace signet::identity::der {
namespace {

Buffer from(std::string_view text) { return decode_hex(text).value(); }

TEST(Der, LengthsAreMinimalBothWays) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{127}, std::size_t{128}, std::size_t{255}, std::size_t{256}, bytes_max}) {
    const Buffer whole = element(octet_string, Buffer(size, 7));
    DerReader in{whole};
    const auto read = in.expect(octet_string);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read.value().content.size(), size);
    EXPECT_TRUE(in.end());
  }
  EXPECT_EQ(hex(Bytes{element(octet_string, Buffer(128))}.first(3)), "048180");
  const Buffer good = from("040107");
  ASSERT_TRUE(DerReader{good}.any());
  for (const char* bad : {"04810107", "0482000107", "048200ff", "0480070000", "04830000", "0402", "04", "1f810107"}) {
    const Buffer bytes = from(bad);
    EXPECT_FALSE(DerReader{bytes}.any()) << bad;
  }
}

TEST(Der, AnElementPastTheLimitIsTooLarge) {
  Buffer long_one = from("0483010000");
  long_one.resize(long_one.size() + 65536);
  EXPECT_EQ(DerReader{long_one}.any().error().code, Errc::too_large);
}

TEST(Der, NestingHasALimit) {
  const auto reach = [](unsigned levels) {
    Buffer whole;
    for (unsigned i = 0; i < levels; ++i) whole = element(sequence, whole);
    Result<DerReader> in = DerReader{whole};
    for (unsigned i = 0; i < levels && in; ++i) in = DerReader{in.value()}.enter(sequence);
    return static_cast<bool>(in);
  };
  EXPECT_TRUE(reach(depth_max));
  EXPECT_FALSE(reach(depth_max + 1));
}

TEST(Der, IntegersAreMinimalAndNotNegative) {
  for (const char* good : {"020100", "02017f", "02020080", "020200ff"}) {
    const Buffer bytes = from(good);
    const auto number = DerReader{bytes}.non_negative();
    ASSERT_TRUE(number) << good;
    EXPECT_EQ(hex(non_negative(number.value())), good);
  }
  for (const char* bad : {"0200", "020180", "0202007f", "02020000", "0301ff"}) {
    const Buffer bytes = from(bad);
    EXPECT_FALSE(DerReader{bytes}.non_negative()) << bad;
  }
}

TEST(Der, BooleansAreZeroOrAllOnes) {
  const Buffer yes = truth(true), no = truth(false);
  EXPECT_TRUE(DerReader{yes}.truth().value());
  EXPECT_FALSE(DerReader{no}.truth().value());
  for (const char* bad : {"010101", "0100", "0102ffff"}) {
    const Buffer bytes = from(bad);
    EXPECT_FALSE(DerReader{bytes}.truth()) << bad;
  }
}

TEST(Der, NamedBitsHaveNoTrailingZeros) {
  for (const auto& [bits, text] : {std::pair{0x8800, "03020388"}, std::pair{0x8600, "03020186"},
                                   std::pair{0x0080, "0303070080"}, std::pair{0x8000, "03020780"}}) {
    EXPECT_EQ(hex(named_bits(static_cast<std::uint16_t>(bits))), text);
    const Buffer bytes = from(text);
    EXPECT_EQ(DerReader{bytes}.named_bits().value(), bits);
  }
  for (const char* bad : {"03020080", "03020381", "030200", "030100", "03020900", "0304000000ff", "03020300"}) {
    const Buffer bytes = from(bad);
    EXPECT_FALSE(DerReader{bytes}.named_bits()) << bad;
  }
}

}  // namespace
}  // namespace signet::identity::der
