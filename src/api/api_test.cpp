#include "api/expect_for_test.h"
#include "api/rate_limit.h"
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

TEST(Api, other_paths_and_methods_are_told_what_there_is) {
  Scene_for_test scene;
  EXPECT_EQ(scene.send("GET", "/v3/workspaces/").status, 200);
  EXPECT_EQ(scene.send("GET", "/v3/workspace").status, 404);
  EXPECT_EQ(scene.send("GET", "/v3//workspaces").status, 404);
  EXPECT_EQ(scene.send("GET", "").status, 404);
  const auto response = scene.send("PATCH", "/v3/workspaces");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.at("allow"), "GET, POST");
  EXPECT_EQ(scene.send("GET", "/" + std::string(path_bytes_max - 1, 'x')).status, 404);
  EXPECT_EQ(scene.send("GET", "/" + std::string(path_bytes_max, 'x')).status, 413);
}

TEST(Api, strangers_may_try_a_password_only_so_often) {
  Scene_for_test scene;
  scene.clock.advance(RateLimit::window);
  const std::string wrong = R"({"token":"wrong","email":"you@example.org","password":"wrong password"})";
  for (unsigned i = 0; i < sign_in_attempts_max; ++i) EXPECT_NE(scene.send("POST", "/v3/setup", wrong).status, 429);
  const auto response = scene.send("POST", "/v3/setup", wrong);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers.at("retry-after"), "60");
  scene.clock.advance(RateLimit::window);
  EXPECT_NE(scene.send("POST", "/v3/setup", wrong).status, 429);
}

TEST(Api, our_own_damage_is_told_in_a_fixed_sentence) {
  Scene_for_test scene;
  for (const auto& [code, status] : {std::pair{Errc::unavailable, 503}, std::pair{Errc::corrupt, 500}}) {
    scene.store.fail_next_commits(1, code);
    const auto response = scene.send("POST", "/v3/workspaces", R"({"name":"x"})");
    EXPECT_EQ(response.status, status);
    EXPECT_NE(response.body.find("\"message\":\"The manager "), std::string::npos) << response.body;
  }
  EXPECT_EQ(scene.send("POST", "/v3/workspaces", R"({"name":"x"})").status, 200);
}

TEST(Api, a_manifest_has_a_size_and_its_roots_a_number) {
  Scene_for_test scene;
  const auto import = [&](json::object body, std::size_t size = 0) {
    std::string text = json::serialize(body);
    text.resize(std::max(size, text.size()), ' ');
    return scene.send("POST", "/v3/registry/manifests", text).status;
  };
  json::object body = scene.factory.import_body();
  EXPECT_EQ(import(body, manifest_body_bytes_max), 200);
  EXPECT_EQ(import(body, manifest_body_bytes_max + 1), 413);
  json::array& roots = body.at("root_pem").as_array();
  while (roots.size() < manifest_roots_max) roots.push_back(roots[0]);
  EXPECT_EQ(import(body), 200);
  roots.push_back(roots[0]);
  EXPECT_EQ(import(body), 413);
}

TEST(Api, a_manifest_cut_in_half_is_refused_by_name_and_imports_nothing) {
  Scene_for_test scene;
  json::object body = scene.factory.import_body();
  body["manifest"] = scene.factory.manifest.substr(0, scene.factory.manifest.size() / 2);
  const auto response = scene.send("POST", "/v3/registry/manifests", json::serialize(body));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("batch.json"), std::string::npos) << response.body;
  EXPECT_TRUE(scene.get("/v3/registry").at("identities").as_array().empty());
}

TEST(Api, a_claim_with_another_key_or_for_another_device_is_refused) {
  Scene_for_test scene;
  const std::string device = scene.make_device();
  const std::string other = scene.make_device("other");
  scene.post("/v3/registry/manifests", scene.factory.import_body());
  const std::string claims = scene.base + "/devices/" + device + "/claims";
  const auto challenge = [&] { return scene.post(claims, {{"dcn", Factory_for_test::dcn}}); };

  const std::string elsewhere = scene.base + "/devices/" + other + "/claims/finish";
  EXPECT_EQ(scene.send("POST", elsewhere, json::serialize(scene.proof(challenge()))).status, 400);

  json::object forged = scene.proof(challenge());
  const auto stranger = crypto::generate_private_key(scene.random);
  const auto statement = decode_base64url(std::string_view{forged.at("statement").as_string()}).value();
  forged["signature"] = hex(crypto::sign(stranger, crypto::sha256(statement)));
  EXPECT_EQ(scene.send("POST", claims + "/finish", json::serialize(forged)).status, 403);

  const json::object proof = scene.proof(challenge());
  EXPECT_EQ(scene.send("POST", claims + "/finish", json::serialize(proof)).status, 200);
  EXPECT_EQ(scene.send("POST", claims + "/finish", json::serialize(proof)).status, 404);  // serves once
}

TEST(Api, readings_come_back_in_the_documented_shape) {
  Scene_for_test scene;
  const std::string device = scene.make_device();
  scene.claim(device);
  const auto who = scene.fleet.admit(identity::fingerprint(scene.factory.device)).value();
  std::vector<fleet::Reading> readings;
  for (int i = 0; i < 3; ++i) {
    const Timestamp at = scene.clock.now() + Seconds{i};
    readings.push_back(scene.fleet.judge(who, "test/a", at, "{\"value\":  " + std::to_string(i) + "}").value());
  }
  ASSERT_TRUE(scene.fleet.write_sessions({{}, {}, readings}));
  const std::string path = "/v3/timeseries/" + scene.workspace + "/data";
  const auto values = [&](std::multimap<std::string, std::string> query) {
    std::string out;
    const json::object answer = scene.get(path, std::move(query));
    for (const json::value& row : answer.at("result").as_array()) {
      expect_type(row, "Datum", "row");
      out += json::serialize(row.at("payload").at("value"));
    }
    return out;
  };
  EXPECT_EQ(values({}), "210");  // the newest first
  EXPECT_EQ(values({{"sort", "timestamp_device"}}), "012");
  EXPECT_EQ(values({{"start", "2026-03-26T09:46:01Z"}, {"end", "2026-03-26T09:46:02Z"}}), "1");
  EXPECT_EQ(values({{"size", "2"}, {"from", "1"}}), "0");
  EXPECT_EQ(values({{"tag", "other"}}), "");
  EXPECT_EQ(values({{"tag", "other"}, {"tag", "test/a"}, {"device", device}}), "210");
  for (const auto& [name, value] : {std::pair{"start", "yesterday"},
                                    {"size", "-1"},
                                    {"size", "all"},
                                    {"sort", "tag"},
                                    {"device", "lamp"},
                                    {"from", "1.5"}}) {
    EXPECT_EQ(scene.send("GET", path, "", {{name, value}}).status, 400) << name << value;
  }
  EXPECT_EQ(scene.send("GET", path, "", {{"size", std::to_string(fleet::data_page_max)}}).status, 200);
  EXPECT_EQ(scene.send("GET", path, "", {{"size", std::to_string(fleet::data_page_max + 1)}}).status, 413);
}

TEST(Api, a_tag_cannot_write_json_of_its_own) {
  Scene_for_test scene;
  scene.claim(scene.make_device());
  const auto who = scene.fleet.admit(identity::fingerprint(scene.factory.device)).value();
  const std::string tag = R"(a","payload":{"value":"forged"},"x\":")";
  const fleet::Reading reading = scene.fleet.judge(who, tag, std::nullopt, R"({"value":1})").value();
  ASSERT_TRUE(scene.fleet.write_sessions({{}, {}, {reading}}));
  const json::object answer = scene.get("/v3/timeseries/" + scene.workspace + "/data");
  const json::object row = answer.at("result").as_array().at(0).as_object();
  EXPECT_EQ(row.at("tag"), json::value(tag));
  EXPECT_EQ(json::serialize(row.at("payload")), R"({"value":1})");
}

TEST(Api, the_audit_ends_with_the_newest_or_follows_a_number) {
  Scene_for_test scene;
  for (int i = 0; i < 5; ++i) scene.make_device();
  const auto all = scene.get("/v3/audit", {{"after", "0"}}).at("audit").as_array();
  const auto last = scene.get("/v3/audit", {{"size", "2"}}).at("audit").as_array();
  ASSERT_EQ(last.size(), 2u);
  EXPECT_EQ(last.back().at("number"), all.back().at("number"));
  const std::string number = json::serialize(all.back().at("number"));
  EXPECT_TRUE(scene.get("/v3/audit", {{"after", number}}).at("audit").as_array().empty());
  EXPECT_EQ(scene.send("GET", "/v3/audit", "", {{"size", "1001"}}).status, 413);
}

}  // namespace
}  // namespace signet::api
