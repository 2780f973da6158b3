#include "api/session.h"
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

using Headers = std::map<std::string, std::string>;

// A browser: it keeps the cookie, and says which page a request comes from.
struct Browser_for_test : Scene_for_test {
  net::HttpResponse ask(const std::string& method, const std::string& path, const Headers& headers,
                        const std::string& body = "") {
    net::HttpRequest request{method, path, {}, headers, body, "192.0.2.1:5000"};
    return api.handle(request);
  }
  json::object sign_in(const Headers& also = {}) {
    Headers headers{{"sec-fetch-site", "same-origin"}, {"x-signet-csrf", "1"}};
    headers.insert(also.begin(), also.end());
    const auto response = ask("POST", "/v3/login", headers, credentials(true));
    EXPECT_EQ(response.status, 200) << response.body;
    if (response.status != 200) return {};
    const std::string set = response.headers.at("set-cookie");
    cookie = set.substr(0, set.find(';'));
    rules = set.substr(set.find(';'));
    json::object answer = parse_json_object(response.body).value();
    csrf = std::string{answer.at("csrf").as_string()};
    return answer;
  }
  static std::string credentials(bool as_cookie) {
    return json::serialize(
        json::object{{"email", "you@example.org"}, {"password", Scene_for_test::password}, {"cookie", as_cookie}});
  }
  Headers own_page() const { return {{"cookie", cookie}, {"sec-fetch-site", "same-origin"}, {"x-signet-csrf", csrf}}; }
  int status(const std::string& method, const std::string& path, const Headers& headers,
             const std::string& body = R"({"name":"x"})") {
    return ask(method, path, headers, body).status;
  }
  std::string last_refusal() {
    for (const auto& entry : fleet.audit(fleet.authenticate(token, "here").value(), 0, 1000).value()) {
      if (!entry.allowed) refused = entry.action;
    }
    return refused;
  }
  std::string cookie, rules, csrf, refused;
};

TEST(BrowserSession, IsACookieThatNoScriptReadsAndNoTokenIsTold) {
  Browser_for_test browser;
  const json::object answer = browser.sign_in();
  EXPECT_TRUE(browser.cookie.starts_with("__Host-signet=sgs_"));
  EXPECT_EQ(browser.rules, "; Path=/; Secure; HttpOnly; SameSite=Strict");
  EXPECT_TRUE(answer.at("token").is_null());
  const std::string token = browser.cookie.substr(browser.cookie.find('=') + 1);
  EXPECT_EQ(json::serialize(answer).find(token), std::string::npos);
  EXPECT_EQ(browser.status("GET", "/v3/workspaces", browser.own_page()), 200);
  EXPECT_EQ(browser.status("POST", "/v3/workspaces", browser.own_page()), 200);
  EXPECT_EQ(browser.status("GET", "/v3/workspaces", {{"cookie", browser.cookie}, {"sec-fetch-site", "none"}}), 200);
}

TEST(BrowserSession, ChangesNothingWithoutTheProofOfOurOwnPage) {
  Browser_for_test browser;
  browser.sign_in();
  const auto post = [&](Headers headers) { return browser.status("POST", "/v3/workspaces", headers); };
  ASSERT_EQ(post(browser.own_page()), 200);
  const auto harmed = [&](const char* name, std::optional<std::string> value) {
    Headers headers = browser.own_page();
    headers.erase(name);
    if (value) headers[name] = *value;
    return post(headers);
  };
  EXPECT_EQ(harmed("x-signet-csrf", std::nullopt), 403);
  EXPECT_EQ(browser.last_refusal(), "account.forged_request");
  EXPECT_EQ(harmed("x-signet-csrf", ""), 403);
  EXPECT_EQ(harmed("x-signet-csrf", "1"), 403);
  EXPECT_EQ(harmed("x-signet-csrf", csrf_of("sgs_of_somebody_else")), 403);
  for (const char* site : {"cross-site", "same-site", "none", "SAME-ORIGIN", "same-origin, cross-site"}) {
    EXPECT_EQ(harmed("sec-fetch-site", site), 403) << site;
  }
  EXPECT_EQ(harmed("sec-fetch-site", std::nullopt), 403) << "nothing says where it is from";
  EXPECT_EQ(harmed("cookie", std::nullopt), 401);
  EXPECT_EQ(harmed("cookie", browser.cookie + "; " + browser.cookie), 401) << "one of them was planted";
  EXPECT_EQ(harmed("cookie", "signet=" + browser.cookie.substr(browser.cookie.find('=') + 1)), 401);
  EXPECT_EQ(harmed("cookie", "theme=dark;" + browser.cookie + " ; other"), 200);
}

TEST(BrowserSession, OriginIsJudgedWhereABrowserSaysNoMore) {
  Browser_for_test browser;
  browser.sign_in();
  Headers headers = browser.own_page();
  headers.erase("sec-fetch-site");
  headers["host"] = "signet.example.org:8443";
  for (const auto& [origin, status] : {std::pair{"https://signet.example.org:8443", 200},
                                       {"https://signet.example.org", 403},
                                       {"http://signet.example.org:8443", 403},
                                       {"https://evil.example.org", 403},
                                       {"null", 403}}) {
    headers["origin"] = origin;
    EXPECT_EQ(browser.status("POST", "/v3/workspaces", headers), status) << origin;
  }
}

TEST(BrowserSession, NoOtherPageReadsOrSignsIn) {
  Browser_for_test browser;
  browser.sign_in();
  for (const char* site : {"cross-site", "same-site"}) {
    EXPECT_EQ(browser.status("GET", "/v3/workspaces", {{"cookie", browser.cookie}, {"sec-fetch-site", site}}), 403);
    const Headers from{{"sec-fetch-site", site}, {"x-signet-csrf", "1"}};
    EXPECT_EQ(browser.status("POST", "/v3/login", from, browser.credentials(true)), 403);
    EXPECT_EQ(browser.status("POST", "/v3/login", from, browser.credentials(false)), 200)
        << "there is no cookie to set";
  }
  const Headers simple{{"sec-fetch-site", "same-origin"}};
  EXPECT_EQ(browser.status("POST", "/v3/login", simple, browser.credentials(true)), 403) << "a form could send it";
  const auto session = browser.ask("GET", "/v3/session", {{"cookie", browser.cookie}, {"sec-fetch-site", "same-site"}});
  EXPECT_EQ(session.body.find("you@"), std::string::npos);
  EXPECT_EQ(session.body.find(browser.csrf), std::string::npos);
}

TEST(BrowserSession, EachSignInHasATokenOfItsOwnAndEndsTheFormer) {
  Browser_for_test browser;
  browser.sign_in({{"cookie", "__Host-signet=sgs_planted"}});
  const Headers former = browser.own_page();
  EXPECT_EQ(former.at("cookie").find("planted"), std::string::npos);
  browser.sign_in({{"cookie", browser.cookie}});
  EXPECT_NE(former.at("cookie"), browser.cookie);
  EXPECT_EQ(browser.status("GET", "/v3/workspaces", former), 401);
  EXPECT_EQ(browser.status("GET", "/v3/workspaces", browser.own_page()), 200);
}

TEST(BrowserSession, SigningOutEndsItAndForgetsTheCookie) {
  Browser_for_test browser;
  browser.sign_in();
  const auto out = browser.ask("POST", "/v3/logout", browser.own_page());
  EXPECT_EQ(out.status, 200);
  EXPECT_EQ(out.headers.at("set-cookie"), "__Host-signet=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  EXPECT_EQ(browser.status("GET", "/v3/workspaces", browser.own_page()), 401);
  const auto after = browser.ask("GET", "/v3/session", browser.own_page());
  EXPECT_EQ(after.status, 200);
  EXPECT_TRUE(parse_json_object(after.body).value().at("account").is_null());
  EXPECT_EQ(after.headers.count("set-cookie"), 1u) << "a browser that still has it forgets it";
}

TEST(BrowserSession, ReloadingThePageTellsTheProofAgain) {
  Browser_for_test browser;
  const json::object nobody = browser.parsed(browser.ask("GET", "/v3/session", {}));
  EXPECT_TRUE(nobody.at("account").is_null());
  EXPECT_EQ(nobody.at("needs_setup"), false);
  browser.sign_in();
  const json::object session = browser.parsed(browser.ask("GET", "/v3/session", browser.own_page()));
  EXPECT_EQ(session.at("csrf"), json::value(browser.csrf));
  EXPECT_EQ(session.at("runs_manager"), true);
  EXPECT_TRUE(browser.get("/v3/session").at("csrf").is_null()) << "a token in a header needs none";
}

TEST(BrowserSession, WatchingIsNoUseOfIt) {
  Browser_for_test browser;
  browser.sign_in();
  const std::string events = browser.base + "/events";
  EXPECT_EQ(browser.status("GET", events, {{"cookie", browser.cookie}, {"sec-fetch-site", "cross-site"}}), 403);
  browser.clock.advance(browser.policy.session_idle - Seconds{60});
  const auto watched = browser.ask("GET", events, browser.own_page());
  ASSERT_EQ(watched.status, 200);
  watched.stream->attach([] { return true; });
  browser.clock.advance(Seconds{30});
  browser.api.tend();
  EXPECT_FALSE(watched.stream->take().is_last);
  browser.clock.advance(Seconds{31});
  browser.api.tend();
  EXPECT_NE(watched.stream->take().text.find("sign in again"), std::string::npos);
  EXPECT_EQ(browser.status("GET", events, browser.own_page()), 401);
}

}  // namespace
}  // namespace signet::api
