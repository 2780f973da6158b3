#include "api/rate_limit.h"
#include "api/scene_for_test.h"

#include <set>

namespace signet::api {
namespace {

// The path of a row with real names in it.
std::string fill(std::string_view pattern, const std::map<std::string, std::string>& names) {
  std::string out{pattern};
  for (const auto& [name, value] : names) {
    if (const auto at = out.find("{" + name + "}"); at != out.npos) out.replace(at, name.size() + 2, value);
  }
  return out;
}

// A body that the row takes: right types, whatever they mean.
json::object body_for(const Route& route) {
  json::object out;
  for (const Value& value : route.body) {
    if (value.type.ends_with('?')) continue;
    if (value.type == "string[]")
      out[value.name] = json::array{"x"};
    else
      out[value.name] = "x";
  }
  return out;
}

const Schema& schema_named(std::string_view name) {
  for (const Schema& schema : schemas()) {
    if (schema.name == name) return schema;
  }
  ADD_FAILURE() << "no schema " << name;
  return schemas().front();
}

void expect_type(const json::value& value, std::string_view type, const std::string& place);

void expect_members(const json::object& object, const std::vector<Value>& wanted, const std::string& place) {
  std::set<std::string> names;
  for (const Value& value : wanted) {
    names.emplace(value.name);
    ASSERT_TRUE(object.contains(value.name)) << place << " lacks " << value.name;
    expect_type(object.at(value.name), value.type, place + "." + std::string{value.name});
  }
  for (const auto& member : object)
    EXPECT_TRUE(names.contains(std::string{member.key()})) << place << " has " << member.key();
}

void expect_type(const json::value& value, std::string_view type, const std::string& place) {
  if (type.ends_with('?')) {
    if (!value.is_null()) expect_type(value, type.substr(0, type.size() - 1), place);
  } else if (type.ends_with("[]")) {
    ASSERT_TRUE(value.is_array()) << place;
    for (const json::value& item : value.as_array()) expect_type(item, type.substr(0, type.size() - 2), place);
  } else if (type == "string") {
    EXPECT_TRUE(value.is_string()) << place;
  } else if (type == "time") {
    ASSERT_TRUE(value.is_string()) << place;
    EXPECT_TRUE(parse_rfc3339(std::string_view{value.as_string()})) << place;
  } else if (type == "integer") {
    EXPECT_TRUE(value.is_int64() || value.is_uint64()) << place;
  } else if (type == "boolean") {
    EXPECT_TRUE(value.is_bool()) << place;
  } else if (type == "object") {
    EXPECT_TRUE(value.is_object()) << place;
  } else {
    ASSERT_TRUE(value.is_object()) << place;
    expect_members(value.as_object(), schema_named(type).fields, place);
  }
}

class EveryRoute : public ::testing::Test {
 protected:
  // Serves one row well, and holds the answer to what the row promises.
  json::object serve(std::string_view method, std::string_view pattern, const json::object& body = {},
                     std::multimap<std::string, std::string> query = {}) {
    const auto response =
        scene.send(std::string{method}, fill(pattern, names), json::serialize(body), std::move(query));
    EXPECT_EQ(response.status, 200) << method << " " << pattern << ": " << response.body;
    EXPECT_EQ(response.headers.at("cache-control"), "no-store");
    served.insert(std::string{method} + " " + std::string{pattern});
    for (const Route& route : routes()) {
      if (route.method != method || route.path != pattern) continue;
      EXPECT_EQ(response.content_type.substr(0, route.content_type.size()), route.content_type);
      if (route.content_type != "application/json") return {};
      const json::object answer = parse_json_object(response.body).value();
      if (route.path != "/v3/openapi.json") expect_members(answer, route.answer, std::string{pattern});
      return answer;
    }
    ADD_FAILURE() << "no row " << method << " " << pattern;
    return {};
  }

  void serve_people() {
    for (const char* path : {"/healthz", "/ca.pem", "/setup", "/v3/openapi.json", "/v3/workspaces"}) serve("GET", path);
    names["wks"] = scene.workspace;
    served.insert("POST /v3/setup");  // by the scene
    expect_members(serve("POST", "/v3/login", {{"email", "You@example.org"}, {"password", scene.password}}),
                   {{"token", "string"}, {"account", "Account"}, {"workspace", "Workspace"}}, "login");
    serve("POST", "/v3/workspaces/{wks}/api-keys", {{"name", "grafana"}});
    serve("POST", "/v3/workspaces", {{"name", "second"}, {"description", "a test"}});
    serve("GET", "/v3/workspaces/{wks}");
    serve("GET", "/v3/workspaces/{wks}/fleets");
    const auto fleet = serve("POST", "/v3/workspaces/{wks}/fleets", {{"name", "north"}, {"description", ""}});
    names["flt"] = std::string{fleet.at("fleet").at("id").as_string()};
    serve("GET", "/v3/workspaces/{wks}/fleets/{flt}");
    const auto device = serve("POST", "/v3/workspaces/{wks}/devices", {{"name", "lamp"}, {"fleet_id", names["flt"]}});
    names["dev"] = std::string{device.at("device").at("id").as_string()};
    serve("PUT", "/v3/workspaces/{wks}/devices/{dev}", {{"name", "lamp 2"}});
    serve("GET", "/v3/workspaces/{wks}/devices");
    serve("GET", "/v3/workspaces/{wks}/devices/{dev}");
    serve("GET", "/v3/workspaces/{wks}/devices/{dev}/twin");
    serve("GET", "/v3/devices/{dev}/status");
  }

  void serve_identities() {
    const std::string device = "/v3/workspaces/{wks}/devices/{dev}";
    EXPECT_EQ(serve("POST", "/v3/registry/manifests", scene.factory.import_body()).at("added"), 1);
    names["dcn"] = Factory_for_test::dcn;
    serve("GET", "/v3/registry", {}, {{"from", "0"}, {"size", "10"}});
    serve("GET", "/v3/registry/{dcn}");
    serve("POST", "/v3/registry/{dcn}/quarantine", {{"reason", "seen twice"}});
    serve("POST", "/v3/registry/{dcn}/release", json::object{});
    serve("POST", "/v3/security/bans", {{"address", "203.0.113.7/24"}, {"seconds", 60}, {"reason", "scans"}});
    scene.guard.on_connect(guard::Prefix::parse("203.0.113.7").value(), scene.clock.monotonic());
    serve("GET", "/v3/security/top", {}, {{"size", "10"}});
    serve("DELETE", "/v3/security/bans", {}, {{"address", "203.0.113.0/24"}});
    const auto challenge = serve("POST", device + "/claims", {{"dcn", Factory_for_test::dcn}});
    serve("POST", device + "/claims/finish", scene.proof(challenge));
    EXPECT_EQ(serve("GET", device + "/identities").at("identities").as_array().size(), 1u);
    serve("DELETE", device + "/claim");
    const std::string said = names["dcn"] + ":" + std::to_string(epoch_millis(scene.clock.now()) / 1000);
    const auto signature = crypto::sign(scene.factory.element_key, crypto::sha256(bytes_of(said)));
    serve("POST", device + "/identities", {{"bundle", said + ":" + hex(signature)}});
    serve("POST", device + "/revoke", {{"reason", "lost"}});
    const auto key = crypto::generate_private_key(scene.random);
    const auto request = identity::make_request(public_key_of(key), "bench-1", signing_for_test(key)).value();
    const auto enrolled = serve("POST", device + "/enroll", {{"csr", identity::pem("CERTIFICATE REQUEST", request)}});
    EXPECT_EQ(enrolled.at("identity").at("assurance"), "software");
    EXPECT_EQ(serve("GET", device).at("device").at("identities").as_array().size(), 2u);
  }

  Scene_for_test scene;
  std::map<std::string, std::string> names;
  std::set<std::string> served;
};

TEST_F(EveryRoute, answers_as_its_row_promises) {
  serve_people();
  serve_identities();
  serve("GET", "/v3/timeseries/{wks}/data");
  EXPECT_FALSE(serve("GET", "/v3/audit", {}, {{"size", "1000"}}).at("audit").as_array().empty());
  EXPECT_EQ(serve("GET", "/v3/server").at("server").at("device_port"), 8883);
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
    for (const char* name : {"wks", "flt", "dev"}) {
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
      wrong[value.name] = 7;
      EXPECT_EQ(status(json::serialize(wrong)), 400) << path << value.name;
      if (value.type.ends_with('?')) continue;
      json::object missing = body_for(route);
      missing.erase(value.name);
      EXPECT_EQ(status(json::serialize(missing)), 400) << path << value.name;
    }
  }
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
