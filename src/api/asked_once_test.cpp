#include "api/asked_once.h"
#include "api/expect_for_test.h"
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct IdempotencyKey : ::testing::Test {
  net::HttpResponse post(const std::string& key, const std::string& path, const std::string& body,
                         const std::string& method = "POST") {
    net::HttpRequest request{method, path, {}, {}, body, "192.0.2.1:5000", "req-1"};
    if (!scene.token.empty()) request.headers["x-api-key"] = scene.token;
    request.headers[idempotency_key_header] = key;
    return (again ? *again : scene.api).handle(request);
  }
  net::HttpResponse make(const std::string& key, const std::string& name = "lamp") {
    return post(key, scene.base + "/devices", R"({"name":")" + name + "\"}");
  }
  std::size_t devices() { return scene.get(scene.base + "/devices").at("devices").as_array().size(); }

  Scene_for_test scene;
  Api* again = nullptr;
};

TEST_F(IdempotencyKey, the_same_request_is_done_once_and_answered_alike) {
  const auto first = make("order-17");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_FALSE(first.headers.contains(replayed_header));
  scene.clock.advance(Seconds{60});
  const auto second = make("order-17");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at(replayed_header), "true");
  EXPECT_EQ(make("\"order-17\"").body, first.body) << "a quoted string is the same";
  EXPECT_EQ(devices(), 1u);
  EXPECT_NE(make("order-18").body, first.body);
  EXPECT_EQ(devices(), 2u);
}

TEST_F(IdempotencyKey, another_request_by_the_same_name_is_refused) {
  ASSERT_EQ(make("order-17").status, 200);
  for (const auto& response : {make("order-17", "pump"), post("order-17", "/v3/workspaces", R"({"name":"lamp"})")}) {
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(parse_json_object(response.body).value().at("error").at("code"), "idempotency_key_reused");
  }
  EXPECT_EQ(devices(), 1u);
  const json::object key = scene.post(scene.base + "/api-keys", {{"name", "k"}, {"role", "admin"}});
  scene.token = std::string{key.at("api_key").at("key").as_string()};
  EXPECT_EQ(make("order-17", "pump").status, 200) << "a name belongs to the token";
}

TEST_F(IdempotencyKey, what_was_refused_changed_nothing_and_may_be_asked_again) {
  EXPECT_EQ(make("order-17", "").status, 400);
  EXPECT_EQ(make("order-17", "lamp").status, 200);
  scene.store.fail_next_commits(1, Errc::unavailable);
  EXPECT_EQ(make("order-18").status, 503);
  EXPECT_EQ(make("order-18").status, 200);
  EXPECT_EQ(devices(), 2u);
}

TEST_F(IdempotencyKey, whether_it_was_done_or_not_it_is_not_done_twice) {
  scene.store.doubt_next_commit();
  EXPECT_EQ(make("order-17").status, 503) << "it was done, and nobody knows";
  EXPECT_EQ(make("order-17").status, 409);
  EXPECT_EQ(devices(), 1u);
}

TEST_F(IdempotencyKey, outlives_the_manager) {
  const auto key = [&] { return post("new-key", scene.base + "/api-keys", R"({"name":"k"})"); };
  const auto first = key();
  ASSERT_EQ(first.status, 200) << first.body;
  fleet::Fleet fleet{scene.store, scene.clock, scene.random, scene.identity.for_fleet(), scene.policy};
  Api api{fleet, scene.clock, {scene.guard, {}}, {}, {}, scene.limits};
  again = &api;
  EXPECT_EQ(key().body, first.body) << "a secret that is shown once, to who asked for it";
  EXPECT_EQ(scene.get(scene.base + "/api-keys").at("api_keys").as_array().size(), 1u);
}

TEST_F(IdempotencyKey, is_a_short_token_and_for_a_post_that_somebody_signed) {
  EXPECT_EQ(make(std::string(idempotency_key_bytes_max, 'x')).status, 200);
  for (const std::string& bad : {std::string{}, std::string{"\"\""}, std::string{"a b"}, std::string{"\xc3\xa4"},
                                 std::string(idempotency_key_bytes_max + 1, 'x')}) {
    EXPECT_EQ(make(bad).status, 400) << bad;
  }
  EXPECT_EQ(post("a", "/v3/login", R"({"email":"you@example.org","password":"x"})").status, 400);
  const std::string device = scene.make_device();
  for (const char* name : {"one", "two"}) {
    const std::string body = json::serialize(json::object{{"name", name}});
    EXPECT_EQ(post("a b", scene.base + "/devices/" + device, body, "PUT").status, 200) << "it may be repeated anyway";
  }
}

}  // namespace
}  // namespace signet::api
