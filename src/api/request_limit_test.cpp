#include "api/request_limit.h"
#include "api/scene_for_test.h"
#include "fleet/people.h"

namespace signet::api {
namespace {

constexpr RequestLimits small_limits{{2, 5}, {1, 3}};

TEST(RequestLimit, A_bucket_is_emptied_and_fills_again) {
  RequestLimit limit{{2, 5}};
  const Instant start{Seconds{1000}};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limit.pass("a", start)) << i;
  EXPECT_EQ(limit.pass("a", start), Seconds{1});
  EXPECT_FALSE(limit.pass("b", start)) << "nobody else is touched";
  EXPECT_FALSE(limit.pass("a", start + Millis{500}));
  EXPECT_TRUE(limit.pass("a", start + Millis{600}));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limit.pass("a", start + Seconds{3600})) << "full, and no fuller";
  EXPECT_TRUE(limit.pass("a", start + Seconds{3600}));
}

TEST(RequestLimit, What_takes_long_counts_several_times_and_never_more_than_a_bucket) {
  RequestLimit limit{{2, 5}};
  const Instant start{Seconds{1000}};
  EXPECT_FALSE(limit.pass("a", start));
  limit.took("a", RequestLimit::request_time - Micros{1}, start);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(limit.pass("a", start)) << i;
  limit.took("a", 3 * RequestLimit::request_time, start);
  EXPECT_EQ(limit.pass("a", start), Seconds{2}) << "three are owed, and one is asked for";
  limit.took("a", Seconds{3600}, start);
  EXPECT_EQ(limit.pass("a", start), Seconds{3}) << "five are owed at most";
}

TEST(RequestLimit, Many_keys_do_not_make_it_grow_and_those_who_are_known_lose_nothing) {
  RequestLimit limit{{2, 5}};
  const Instant start{Seconds{1000}};
  for (std::size_t i = 0; i < RequestLimit::keys_max; ++i) EXPECT_FALSE(limit.pass(std::to_string(i), start));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limit.pass("new " + std::to_string(i), start));
  EXPECT_TRUE(limit.pass("one more", start)) << "those who are new share one bucket";
  EXPECT_FALSE(limit.pass("0", start));
  EXPECT_EQ(limit.size(), RequestLimit::keys_max);
  EXPECT_FALSE(limit.pass("later", start + Seconds{60}));
  EXPECT_EQ(limit.size(), 1u) << "full buckets need not be remembered";
}

std::string second_key(Scene_for_test& scene) {
  const json::object made = scene.post(scene.base + "/api-keys", {{"name", "k"}});
  return std::string{made.at("api_key").at("key").as_string()};
}

TEST(Api, who_asks_too_fast_is_told_how_long_to_wait_and_hurts_nobody) {
  Scene_for_test scene{small_limits};
  const std::string key = second_key(scene);
  scene.clock.advance(Seconds{60});
  for (unsigned i = 0; i < small_limits.of_token.burst; ++i) EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 200);
  const auto refused = scene.send("GET", "/v3/workspaces");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  EXPECT_EQ(parse_json_object(refused.body).value().at("error").at("code"), "exhausted");
  EXPECT_EQ(scene.send("POST", "/v3/workspaces", R"({"name":"x"})").status, 429) << "nothing is done";

  const std::string mine = std::exchange(scene.token, key);
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 200) << "another token of the same account";
  scene.token.clear();
  EXPECT_EQ(scene.send("GET", "/healthz").status, 200) << "a stranger at the same address";
  scene.token = mine;
  scene.clock.advance(Seconds{1});
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 200);
}

TEST(Api, strangers_are_counted_by_address_and_take_nothing_from_who_is_known_there) {
  Scene_for_test scene{small_limits};
  const std::string mine = std::exchange(scene.token, "sgs_wrong");
  const auto ask = [&](const std::string& path, const std::string& from) {
    net::HttpRequest request{"GET", path, {}, {}, "", from};
    if (!scene.token.empty()) request.headers["x-api-key"] = scene.token;
    return scene.api.handle(request).status;
  };
  scene.clock.advance(Seconds{60});
  for (unsigned i = 0; i < small_limits.of_stranger.burst; ++i) EXPECT_EQ(ask("/v3/workspaces", "192.0.2.1:5"), 401);
  EXPECT_EQ(ask("/v3/workspaces", "192.0.2.1:6"), 429) << "another port is the same address";
  EXPECT_EQ(ask("/healthz", "192.0.2.1:6"), 429);
  EXPECT_EQ(ask("/healthz", "192.0.2.2:6"), 200);
  scene.token = mine;
  EXPECT_EQ(ask("/v3/workspaces", "192.0.2.1:6"), 200);
  scene.token.clear();
  for (unsigned i = 0; i < small_limits.of_stranger.burst; ++i) {
    EXPECT_EQ(ask("/healthz", "[2001:db8::" + std::to_string(i) + "]:443"), 200);
  }
  EXPECT_EQ(ask("/healthz", "[2001:db8::ffff:1]:443"), 429) << "a /64 is one customer";
  EXPECT_EQ(ask("/healthz", "[2001:db8:0:1::1]:443"), 200);
}

TEST(Api, what_a_request_is_called_stands_in_its_refusal_and_in_the_audit) {
  Scene_for_test scene;
  const auto ask = [&](std::string method, std::string path, std::string body) {
    net::HttpRequest request{std::move(method), std::move(path), {}, {}, std::move(body), "192.0.2.1:5000", "req-7"};
    request.headers["x-api-key"] = scene.token;
    return scene.api.handle(request);
  };
  EXPECT_EQ(ask("POST", "/v3/workspaces", R"({"name":"x"})").status, 200);
  const json::object entry = scene.get("/v3/audit").at("audit").as_array().back().as_object();
  EXPECT_EQ(entry.at("action"), "workspace.create");
  EXPECT_EQ(entry.at("request_id"), "req-7");
  for (const char* path : {"/v3/workspaces/wks-000000000000", "/v3/nothing", "/v3/login"}) {
    const json::object body = parse_json_object(ask("GET", path, "").body).value();
    EXPECT_EQ(body.at("error").at("request_id"), "req-7") << path;
    EXPECT_EQ(body.at("error").as_object().size(), 4u) << "code, message, detail";
  }
}

}  // namespace
}  // namespace signet::api
