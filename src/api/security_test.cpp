#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct Security : testing::Test {
  int ban(const json::object& body) { return scene.send("POST", "/v3/security/bans", json::serialize(body)).status; }
  int unban(const std::string& address) {
    return scene.send("DELETE", "/v3/security/bans", "", {{"address", address}}).status;
  }
  json::object top() { return scene.get("/v3/security/top"); }
  void knock(std::string_view from) {
    auto answer = scene.guard.on_connect(guard::Prefix::parse(from).value(), scene.clock.monotonic());
    if (answer.verdict != guard::Verdict::welcome) return;
    scene.guard.on_failed(answer.visit, guard::Verdict::unknown, "unknown certificate", scene.clock.monotonic());
    scene.guard.on_closed(answer.visit, scene.clock.monotonic());
  }
  Scene_for_test scene;
};

TEST_F(Security, TheTopNamesWhoKnocksWithEveryReasonTheMostFirst) {
  for (int i = 0; i < 25; ++i) knock("203.0.113.7");
  const json::object seen = top();
  EXPECT_EQ(json::serialize(seen.at("refusals")),
            R"([{"reason":"unknown certificate","count":20},{"reason":"banned","count":5}])");
  const json::object knocker = seen.at("knockers").as_array().at(0).as_object();
  EXPECT_EQ(knocker.at("address").as_string(), "203.0.113.7");
  EXPECT_EQ(knocker.at("refusals"), seen.at("refusals"));
  EXPECT_EQ(knocker.at("last_seen").as_string(), "2026-03-26T09:46:00Z");
  EXPECT_EQ(knocker.at("banned_until").as_string(), "2026-03-26T09:51:00Z");
  EXPECT_EQ(seen.at("bans").as_array().at(0).at("manual"), false);
  EXPECT_EQ(scene.send("GET", "/v3/security/top", "", {{"size", "1001"}}).status, 413);
}

TEST_F(Security, ABanIsInTheAuditAndEndsWhenAPersonLiftsIt) {
  ASSERT_EQ(ban({{"address", "203.0.113.7/24"}, {"reason", "scans"}}), 200);
  const json::object made = top().at("bans").as_array().at(0).as_object();
  EXPECT_EQ(made.at("address").as_string(), "203.0.113.0/24");
  EXPECT_EQ(made.at("until").as_string(), "2026-03-26T10:46:00Z");
  const auto audit = scene.get("/v3/audit").at("audit").as_array();
  EXPECT_EQ(audit.back().at("action").as_string(), "security.ban");
  EXPECT_EQ(audit.back().at("detail").as_string(), "scans");
  EXPECT_EQ(unban("203.0.113.0/24"), 200);
  EXPECT_TRUE(top().at("bans").as_array().empty());
  EXPECT_EQ(unban("203.0.113.0/24"), 404);
  EXPECT_EQ(unban("localhost"), 400);
}

TEST_F(Security, ABanThatCouldNotBeSavedStandsAndIsSaidToBeSo) {
  scene.saved = Error{Errc::exhausted, "the disk is full"};
  const auto answer = scene.send("POST", "/v3/security/bans", R"({"address":"203.0.113.7"})");
  EXPECT_EQ(answer.status, 429);
  EXPECT_NE(answer.body.find("not after a restart"), std::string::npos) << answer.body;
  EXPECT_EQ(top().at("bans").as_array().size(), 1u);
}

TEST_F(Security, WhatIsNoBanIsRefused) {
  const auto with_time = [](const json::value& seconds) {
    return json::object{{"address", "203.0.113.7"}, {"seconds", seconds}};
  };
  EXPECT_EQ(ban(with_time(guard::manual_ban_max.count())), 200);
  for (const json::value& harm : {json::value{"60"}, json::value{1.5}, json::value{true}})
    EXPECT_EQ(ban(with_time(harm)), 400) << harm;
  for (const std::int64_t harm : {std::int64_t{0}, std::int64_t{guard::manual_ban_max.count() + 1}, INT64_MAX})
    EXPECT_EQ(ban(with_time(harm)), 413) << harm;
  EXPECT_EQ(ban({{"address", "203.0.113.7"}, {"reason", std::string(300, 'x')}}), 413);
  EXPECT_EQ(ban({{"address", "203.0.113"}}), 400);
}

}  // namespace
}  // namespace signet::api
