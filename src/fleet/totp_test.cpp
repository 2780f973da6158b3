#include "fleet/totp.h"

#include <gtest/gtest.h>

namespace signet::fleet {
namespace {

Timestamp at(std::int64_t seconds) { return Timestamp{Seconds{seconds}}; }
const std::string rfc_secret = "12345678901234567890";

// RFC 6238, appendix B, the last six of its eight digits.
TEST(Totp, GivesTheCodesOfTheStandard) {
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                          {1111111111, "050471"}, {1234567890, "005924"},
                                                          {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : vectors) {
    EXPECT_EQ(totp_code(bytes_of(rfc_secret), totp_step(at(seconds))), code);
    EXPECT_TRUE(check_totp(bytes_of(rfc_secret), code, at(seconds), -1));
  }
}

TEST(Totp, TakesACodeOnceAndAStepAway) {
  const Timestamp now = at(1'800'000'000);
  const auto code_of = [&](int away) { return totp_code(bytes_of(rfc_secret), totp_step(now) + away); };
  for (const int away : {-1, 0, 1}) {
    EXPECT_EQ(check_totp(bytes_of(rfc_secret), code_of(away), now, -1), totp_step(now) + away);
  }
  for (const int away : {-2, 2}) EXPECT_FALSE(check_totp(bytes_of(rfc_secret), code_of(away), now, -1)) << away;
  EXPECT_FALSE(check_totp(bytes_of(rfc_secret), code_of(0), now, totp_step(now))) << "it was used";
  EXPECT_FALSE(check_totp(bytes_of(rfc_secret), code_of(-1), now, totp_step(now))) << "nor any before it";
  EXPECT_TRUE(check_totp(bytes_of(rfc_secret), code_of(1), now, totp_step(now)));
  for (const char* wrong : {"", "12345", "1234567", "      ", "abcdef"}) {
    EXPECT_FALSE(check_totp(bytes_of(rfc_secret), wrong, now, -1)) << wrong;
  }
}

// RFC 4648, section 10.
TEST(Totp, WritesItsSecretForAnAuthenticator) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "MY"},
                                                         {"fo", "MZXQ"},
                                                         {"foo", "MZXW6"},
                                                         {"foob", "MZXW6YQ"},
                                                         {"fooba", "MZXW6YTB"},
                                                         {"foobar", "MZXW6YTBOI"}};
  for (const auto& [text, encoded] : vectors) EXPECT_EQ(base32(bytes_of(std::string_view{text})), encoded);
  EXPECT_EQ(otpauth_uri("a&b@example.org", "MZXQ"),
            "otpauth://totp/Signet:a%26b%40example.org?secret=MZXQ&issuer=Signet&algorithm=SHA1&digits=6&period=30");
}

}  // namespace
}  // namespace signet::fleet
