#include "api/every_route_scene_for_test.h"
#include "api/rate_limit.h"

namespace signet::api {
namespace {

TEST_F(EveryRoute, answers_as_its_row_promises) {
  serve_people();
  serve_jobs();
  serve_twins();
  serve_integrations();
  serve_exports();
  serve_firmware();
  serve_identities();
  serve("GET", "/v3/timeseries/{wks}/data");
  serve("GET", "/v3/workspaces/{wks}/events");
  serve("PUT", "/v3/workspaces/{wks}/retention", {{"days", 30}});
  serve("GET", "/v3/workspaces/{wks}/data/aggregate", {}, {{"start", "2026-03-26T00:00:00Z"}});
  for (const char* path : {"", ".csv", ".jsonl"}) serve("GET", std::string{"/v3/workspaces/{wks}/data"} + path);
  EXPECT_FALSE(serve("GET", "/v3/audit", {}, {{"size", "1000"}}).at("audit").as_array().empty());
  EXPECT_EQ(serve("GET", "/v3/server").at("server").at("device_port"), 8883);
  serve_own_account();
  remove_all();
  serve("POST", "/v3/logout");
  for (const Route& route : routes()) {
    EXPECT_TRUE(served.contains(std::string{route.method} + " " + std::string{route.path})) << route.path;
  }
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 401);  // the token is gone
}

TEST_F(EveryRoute, asks_for_a_token_unless_it_is_open) {
  serve_people();
  for (const std::string& token : {std::string{}, std::string{"sgs_wrong"}, std::string(4096, 'x')}) {
    scene.token = token;
    for (const Route& route : routes()) {
      if (route.access != Access::token) continue;
      const auto response =
          scene.send(std::string{route.method}, fill(route.path, names), json::serialize(body_for(route)));
      EXPECT_EQ(response.status, 401) << route.path;
      EXPECT_EQ(parse_json_object(response.body).value().at("message"), "Sign in, or send a valid API key.");
    }
  }
}

TEST_F(EveryRoute, hides_a_foreign_workspace) {
  serve_people();
  serve("POST", "/v3/registry/manifests", scene.factory.import_body());
  names["dcn"] = Factory_for_test::dcn;
  const auto second = scene.post("/v3/workspaces", {{"name", "other"}}).at("workspace").at("id");
  const auto key = scene.post("/v3/workspaces/" + std::string{second.as_string()} + "/api-keys", {{"name", "k"}});
  scene.token = std::string{key.at("api_key").at("key").as_string()};
  EXPECT_EQ(scene.send("GET", "/v3/workspaces").status, 200);  // the key is good
  for (const Route& route : routes()) {
    if (route.access != Access::token || route.path.find('{') == route.path.npos) continue;
    const auto response =
        scene.send(std::string{route.method}, fill(route.path, names), json::serialize(body_for(route)));
    EXPECT_TRUE(response.status == 404 || response.status == 403) << route.path << response.body;
  }
  for (const char* path : {"", "/fleets", "/devices"}) EXPECT_EQ(scene.send("GET", scene.base + path).status, 404);
  for (const char* path : {"/v3/registry", "/v3/audit"}) EXPECT_EQ(scene.send("GET", path).status, 403);
}

TEST_F(EveryRoute, refuses_a_bad_id) {
  serve_people();
  for (const Route& route : routes()) {
    for (const char* name : {"wks", "flt", "dev", "acc", "inv", "tok"}) {
      if (route.path.find("{" + std::string{name} + "}") == route.path.npos) continue;
      auto harmed = names;
      harmed[name] = "dev-UPPER";
      const auto response =
          scene.send(std::string{route.method}, fill(route.path, harmed), json::serialize(body_for(route)));
      EXPECT_EQ(response.status, 400) << route.method << " " << route.path << ": " << response.body;
    }
  }
}

TEST_F(EveryRoute, holds_its_body_to_its_row) {
  serve_people();
  scene.clock.advance(Seconds{3600});
  for (const Route& route : routes()) {
    if (route.body.empty()) continue;
    scene.clock.advance(RateLimit::window);
    const std::string path = fill(route.path, names);
    const auto status = [&](const std::string& body) {
      return scene.send(std::string{route.method}, path, body).status;
    };
    EXPECT_EQ(status(std::string(route.body_max + 1, ' ')), 413) << path;
    for (const char* body : {"", "[]", "{", "\"x\"", "{\"name\":", "\xff"})
      EXPECT_EQ(status(body), 400) << path << body;
    json::object unknown = body_for(route);
    unknown["surprise"] = 1;
    EXPECT_EQ(status(json::serialize(unknown)), 400) << path;
    for (const Value& value : route.body) {
      json::object wrong = body_for(route);
      wrong[value.name] = value.type.starts_with("integer") ? json::value("7") : json::value(7);
      if (!value.type.starts_with("any")) {
        EXPECT_EQ(status(json::serialize(wrong)), 400) << path << value.name;
      }
      if (value.type.ends_with('?')) continue;
      json::object missing = body_for(route);
      missing.erase(value.name);
      EXPECT_EQ(status(json::serialize(missing)), 400) << path << value.name;
    }
  }
}

TEST_F(EveryRoute, refuses_a_body_where_its_row_takes_none) {
  serve_people();
  std::size_t asked = 0;
  for (const Route& route : routes()) {
    if (!route.body.empty() || route.body_type != "application/json") continue;
    if (route.method != "POST" && route.method != "PUT" && route.method != "PATCH") continue;
    scene.clock.advance(RateLimit::window);
    const std::string path = fill(route.path, names);
    const auto refused = scene.send(std::string{route.method}, path, R"({"surprise": 1})");
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_NE(refused.body.find("surprise"), std::string::npos) << refused.body;
    EXPECT_EQ(scene.send(std::string{route.method}, path, "[1]").status, 400) << path;
    ++asked;
  }
  EXPECT_GT(asked, 5u);
}

TEST_F(EveryRoute, refuses_a_query_that_its_row_does_not_name) {
  serve_people();
  for (const Route& route : routes()) {
    if (route.access != Access::token || route.method != "GET") continue;
    const auto response = scene.send("GET", fill(route.path, names), "", {{"surprise", "1"}});
    EXPECT_EQ(response.status, 400) << route.path;
  }
  std::multimap<std::string, std::string> many;
  for (std::size_t i = 0; i <= query_values_max; ++i) many.emplace("tag", "t");
  EXPECT_EQ(scene.send("GET", "/v3/timeseries/" + scene.workspace + "/data", "", many).status, 413);
}

}  // namespace
}  // namespace signet::api
