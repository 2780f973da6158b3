#include "base/bytes.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

using namespace std::literals;

TEST(Reader, ReadsEveryFieldThatTheWriterWrote) {
  Buffer out;
  Writer{out}
      .u8(1)
      .u16_be(0x0203)
      .u32_be(0x04050607)
      .u64_be(0x08090a0b0c0d0e0f)
      .u16_le(0x1110)
      .u32_le(0x15141312)
      .u64_le(0x1d1c1b1a19181716);
  Writer{out}.bytes(Buffer{0x16, 0x17}).text("hi");
  EXPECT_EQ(hex(out),
            "0102030405060708090a0b0c0d0e0f"
            "101112131415"
            "161718191a1b1c1d"
            "1617"
            "6869");

  Reader in{out};
  EXPECT_EQ(in.u8().value(), 1);
  EXPECT_EQ(in.u16_be().value(), 0x0203);
  EXPECT_EQ(in.u32_be().value(), 0x04050607u);
  EXPECT_EQ(in.u64_be().value(), 0x08090a0b0c0d0e0fu);
  EXPECT_EQ(in.u16_le().value(), 0x1110);
  EXPECT_EQ(in.u32_le().value(), 0x15141312u);
  EXPECT_EQ(in.u64_le().value(), 0x1d1c1b1a19181716u);
  EXPECT_EQ(in.block<2>().value(), (Block<2>{0x16, 0x17}));
  EXPECT_FALSE(in.end());
  EXPECT_EQ(text_of(in.rest()), "hi");
  EXPECT_TRUE(in.end());
}

TEST(Reader, NeverReadsPastTheEnd) {
  const Buffer three{1, 2, 3};
  EXPECT_TRUE(Reader{three}.take(3));
  EXPECT_FALSE(Reader{three}.take(4));
  EXPECT_FALSE(Reader{three}.take(static_cast<std::size_t>(-1)));
  EXPECT_FALSE(Reader{three}.u32_be());
  EXPECT_FALSE(Reader{three}.u32_le());
  EXPECT_FALSE(Reader{three}.u64_be());
  EXPECT_FALSE(Reader{three}.u64_le());
  EXPECT_FALSE(Reader{three}.block<4>());
  EXPECT_FALSE(Reader{Bytes{}}.u8());
}

TEST(Hex, TakesEitherCaseAndNothingElse) {
  EXPECT_EQ(hex(Buffer{0x00, 0xff, 0xa5}), "00ffa5");
  EXPECT_EQ(hex_upper(Buffer{0x00, 0xff, 0xa5}), "00FFA5");
  EXPECT_EQ(decode_hex("00fFA5").value(), (Buffer{0x00, 0xff, 0xa5}));
  EXPECT_TRUE(decode_hex("").value().empty());
  for (const auto bad : {"0"sv, "0g"sv, "0x"sv, " 00"sv, "00 "sv, "0\0"sv, "+1"sv, "é"sv})
    EXPECT_FALSE(decode_hex(bad)) << bad;
}

// RFC 4648 section 10.
TEST(Base64, AgreesWithTheVectorsOfItsStandard) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64(bytes_of(plain)), coded);
    EXPECT_EQ(text_of(decode_base64(coded).value()), plain);
    const std::string bare{coded.substr(0, coded.find('='))};
    EXPECT_EQ(base64url(bytes_of(plain)), bare);
    EXPECT_EQ(text_of(decode_base64url(bare).value()), plain);
  }
  EXPECT_EQ(base64(Buffer{0xfb, 0xff, 0xbf}), "+/+/");
  EXPECT_EQ(base64url(Buffer{0xfb, 0xff, 0xbf}), "-_-_");
}

TEST(Base64, HasOneSpellingForEachText) {
  ASSERT_TRUE(decode_base64("Zg=="));
  for (const auto bad : {"Zg"sv, "Zg="sv, "Zg==="sv, "Zg==\n"sv, " Zg=="sv, "Zh=="sv, "Zm9="sv, "Z==="sv, "===="sv,
                         "Zg=A"sv, "Zm-v"sv, "Zm_v"sv, "Zm9v\0"sv, "Zg==Zg=="sv}) {
    EXPECT_FALSE(decode_base64(bad)) << bad;
  }
  ASSERT_TRUE(decode_base64url("Zg"));
  for (const auto bad : {"Zg=="sv, "Z"sv, "Zh"sv, "Zm9"sv, "Zm+v"sv, "Zm/v"sv, "Zm9v\n"sv, "Zm9\0"sv}) {
    EXPECT_FALSE(decode_base64url(bad)) << bad;
  }
}

TEST(Utf8, TakesTheFirstAndLastCodePointOfEverySize) {
  for (const auto good : {""sv, "a"sv, "\x01\x7f"sv, "\xc2\x80\xdf\xbf"sv, "\xe0\xa0\x80\xef\xbf\xbf"sv,
                          "\xed\x9f\xbf\xee\x80\x80"sv, "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"sv}) {
    EXPECT_TRUE(is_utf8(good)) << hex(bytes_of(good));
  }
}

TEST(Utf8, RefusesWhatRfc3629Forbids) {
  for (const auto bad :
       {"\0"sv, "\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc2"sv, "\xc2\x41"sv, "\xe0\x9f\xbf"sv, "\xe0\xa0"sv,
        "\xed\xa0\x80"sv, "\xed\xbf\xbf"sv, "\xf0\x8f\xbf\xbf"sv, "\xf0\x90\x80"sv, "\xf4\x90\x80\x80"sv,
        "\xf5\x80\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv, "\xfe"sv, "\xff"sv}) {
    EXPECT_FALSE(is_utf8(bad)) << hex(bytes_of(bad));
  }
}

}  // namespace
}  // namespace signet
