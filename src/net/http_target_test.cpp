#include "net/http_target.h"

#include <gtest/gtest.h>

namespace signet::net {
namespace {

TEST(HttpTarget, IsTakenApartAndDecoded) {
  const auto target = parse_target("/v3/a%20b/%C3%A9+?x=1&y=a+b%26&flag&x=2&&e=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target.value().path, "/v3/a b/é+");
  const std::multimap<std::string, std::string> query{{"x", "1"}, {"x", "2"}, {"y", "a b&"}, {"flag", ""}, {"e", ""}};
  EXPECT_EQ(target.value().query, query);
  EXPECT_EQ(parse_target("/").value().path, "/");
  EXPECT_EQ(parse_target("/a/").value().path, "/a/");
  EXPECT_EQ(parse_target("/...").value().path, "/...");
}

TEST(HttpTarget, RefusesWhatTwoReadersCouldUnderstandDifferently) {
  for (const char* bad :
       {"",     "a",         "*",    "http://h/", "/%",   "/%4",  "/%4g",    "/a%2Fb",  "/a%2fb", "/../a", "/a/..",
        "/./a", "/%2e%2e/a", "/%00", "/a%0d%0a",  "/%7f", "/%ff", "/?a=%zz", "/?%00=1", "/#x",    "/a?b#c"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

TEST(HttpTarget, HasLimits) {
  std::string long_one = "/" + std::string(target_bytes_max - 1, 'a');
  EXPECT_TRUE(parse_target(long_one));
  EXPECT_EQ(parse_target(long_one + "a").error().code, Errc::too_large);
  std::string many = "/?";
  for (std::size_t i = 0; i < query_fields_max; ++i) many += "a=1&";
  EXPECT_TRUE(parse_target(many));
  EXPECT_EQ(parse_target(many + "a=1").error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::net
