#include "api/site.h"
#include "api/routes.h"

#include <gtest/gtest.h>

namespace signet::api {
namespace {

struct SiteTest : testing::Test {
  std::optional<net::HttpResponse> get(const std::string& path, std::map<std::string, std::string> headers = {},
                                       const std::string& method = "GET") {
    return site.answer({method, path, {}, std::move(headers), "", "192.0.2.1:5000"});
  }
  const Site site{{{"/index.html", "text/html; charset=utf-8", "\"a1\"", "<p>plain page</p>", "zipped page"},
                   {"/assets/app-1234.js", "text/javascript", "\"b2\"", "plain", "longer when zipped"}}};
  const std::map<std::string, std::string> browser{{"accept", "text/html,*/*"}, {"accept-encoding", "gzip, br"}};
};

TEST_F(SiteTest, APageOfAnyNameIsTheConsole) {
  for (const char* path : {"/", "/setup", "/join", "/w/wks-000000000000/devices", "/index.html"}) {
    const auto page = get(path, browser);
    ASSERT_TRUE(page) << path;
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(page->body, "zipped page");
    EXPECT_EQ(page->headers.at("content-encoding"), "gzip");
    EXPECT_EQ(page->headers.at("cache-control"), "no-cache");
  }
  EXPECT_EQ(get("/", {})->body, "<p>plain page</p>") << "who does not unzip";
  EXPECT_EQ(get("/", {})->headers.count("content-encoding"), 0u);
}

TEST_F(SiteTest, NoRouteIsShadowed) {
  for (const Route& route : routes()) {
    EXPECT_FALSE(get(std::string{route.path}, browser)) << route.path;
  }
  EXPECT_FALSE(get("/v3", browser));
  EXPECT_FALSE(get("/v3/no/such/thing", browser));
  EXPECT_FALSE(get("/w/anything", {{"accept", "application/json"}}));
  EXPECT_FALSE(get("/assets/app-9999.js", browser)) << "an old page asks for what is gone: no page is no script";
  EXPECT_FALSE(get("/", browser, "POST"));
  EXPECT_FALSE(get("/" + std::string(path_bytes_max, 'x'), browser));
}

TEST_F(SiteTest, WhatIsNamedByItsContentIsKeptForEverAndAPageIsAskedForAnew) {
  const auto script = get("/assets/app-1234.js", browser);
  EXPECT_EQ(script->headers.at("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script->body, "plain") << "zipping gained nothing";
  auto again = browser;
  again["if-none-match"] = "W/\"x\", \"a1\"";
  EXPECT_EQ(get("/", again)->status, 304);
  EXPECT_TRUE(get("/", again)->body.empty());
  again["if-none-match"] = "\"b2\"";
  EXPECT_EQ(get("/", again)->status, 200);
}

TEST_F(SiteTest, ABrowserIsToldToTakeNothingFromElsewhere) {
  const std::string policy = get("/", browser)->headers.at("content-security-policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  for (const char* word : {"unsafe", "http:", "https:", "*", "data:"}) {
    EXPECT_EQ(policy.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace signet::api
