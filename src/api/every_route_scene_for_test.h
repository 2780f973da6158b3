// every_route_scene_for_test.h -- serves each row of the table of routes well, once.
#pragma once

#include "api/expect_for_test.h"
#include "api/scene_for_test.h"
#include "fleet/export.h"
#include "fleet/memory_images_for_test.h"
#include "fleet/permission.h"
#include "fleet/totp.h"

#include <set>

namespace signet::api {

// The path of a row with real names in it.
inline std::string fill(std::string_view pattern, const std::map<std::string, std::string>& names) {
  std::string out{pattern};
  for (const auto& [name, value] : names) {
    if (const auto at = out.find("{" + name + "}"); at != out.npos) out.replace(at, name.size() + 2, value);
  }
  return out;
}

// A body that the row takes: right types, whatever they mean.
inline json::object body_for(const Route& route) {
  json::object out;
  for (const Value& value : route.body) {
    if (value.type.ends_with('?')) continue;
    if (value.type == "string[]")
      out[value.name] = json::array{"x"};
    else if (value.type == "object")
      out[value.name] = json::object{{"x", 1}};
    else if (value.type == "integer")
      out[value.name] = 1;
    else if (value.name == "role")
      out[value.name] = "viewer";
    else
      out[value.name] = "x";
  }
  return out;
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
      json::object answer = parse_json_object(response.body).value();
      if (route.path != "/v3/openapi.json") expect_members(answer, route.answer, std::string{pattern});
      return answer;
    }
    ADD_FAILURE() << "no row " << method << " " << pattern;
    return {};
  }

  void serve_people() {
    names["page"] = "devices";
    for (const char* path : {"/healthz", "/readyz", "/metrics", "/ca.pem", "/v3/openapi.json", "/v3/workspaces",
                             "/docs", "/docs/style.css", "/docs/{page}"})
      serve("GET", path);
    names["wks"] = scene.workspace;
    names["int"] = "gate000000000000", names["num"] = "1", names["pex"] = "pex-000000000000", names["file"] = "x";
    names["fmw"] = "fmw-000000000000", names["ver"] = "1.2.0", names["rol"] = "rol-000000000000";
    served.insert("POST /v3/setup");  // by the scene
    expect_members(serve("POST", "/v3/login", {{"email", "You@example.org"}, {"password", scene.password}}),
                   signed_in(), "login");
    serve("GET", "/v3/session");
    serve_members();
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
    serve("PUT", "/v3/workspaces/{wks}", {{"description", "pumps"}});
    serve("PUT", "/v3/workspaces/{wks}/fleets/{flt}", {{"name", "south"}});
  }

  void remove_all() {
    serve("DELETE", "/v3/workspaces/{wks}/devices/{dev}");
    serve("DELETE", "/v3/workspaces/{wks}/fleets/{flt}");
    serve("DELETE", "/v3/workspaces/{wks}");
  }

  void serve_members() {
    const std::string base = "/v3/workspaces/{wks}";
    const auto key = serve("POST", base + "/api-keys", {{"name", "grafana"}, {"read_only", true}, {"expires_in", 60}});
    names["tok"] = std::string{key.at("api_key").at("id").as_string()};
    EXPECT_EQ(serve("GET", base + "/api-keys").at("api_keys").as_array().size(), 1u);
    serve("DELETE", base + "/api-keys/{tok}");
    serve("POST", base + "/invitations", {{"email", "eve@example.org"}});
    const auto listed = serve("GET", base + "/invitations").at("invitations").as_array();
    names["inv"] = std::string{listed.at(0).at("id").as_string()};
    serve("DELETE", base + "/invitations/{inv}");
    const auto invited = serve("POST", base + "/invitations", {{"email", "bob@example.org"}, {"role", "owner"}});
    const auto bob = serve("POST", "/v3/join", {{"token", invited.at("token")}, {"password", scene.password}});
    names["acc"] = std::string{bob.at("account").at("id").as_string()};
    EXPECT_EQ(serve("GET", base + "/members").at("members").as_array().size(), 2u);
    serve("PUT", base + "/members/{acc}", {{"role", "viewer"}});
    serve("DELETE", base + "/members/{acc}");
    const auto again = serve("POST", base + "/invitations", {{"email", "bob@example.org"}});
    const std::string mine = std::exchange(scene.token, std::string{bob.at("token").as_string()});
    serve("POST", "/v3/invitations/accept", {{"token", again.at("token")}});
    scene.token = mine;
    names["inv"] = InvitationId::parse("inv-000000000000").value().str();
  }

  // With the code that an authenticator would show for that secret at this moment.
  std::string code_of(const json::object& enrolment) {
    const std::string text{enrolment.at("secret").as_string()};
    Buffer bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
      held = held << 5 | static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
      if ((bits += 5) >= 8) bytes.push_back(static_cast<std::uint8_t>(held >> (bits -= 8)));
    }
    return fleet::totp_code(bytes, fleet::totp_step(scene.clock.now()));
  }

  void serve_own_account() {
    EXPECT_EQ(serve("GET", "/v3/account").at("second_factor"), false);
    const auto enrolment = serve("POST", "/v3/account/totp", {{"password", scene.password}});
    serve("POST", "/v3/account/totp/confirm", {{"code", code_of(enrolment)}});
    const auto refused = scene.send(
        "POST", "/v3/login", json::serialize(json::object{{"email", "you@example.org"}, {"password", scene.password}}));
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(parse_json_object(refused.body).value().at("message").as_string(), fleet::needs_a_code);
    scene.clock.advance(fleet::totp_period);
    const json::object body{{"email", "you@example.org"}, {"password", scene.password}, {"code", code_of(enrolment)}};
    serve("POST", "/v3/login", body);
    scene.clock.advance(fleet::totp_period);
    serve("POST", "/v3/account/totp/disable", {{"password", scene.password}, {"code", code_of(enrolment)}});
    const auto sessions = serve("GET", "/v3/account/sessions").at("sessions").as_array();
    ASSERT_EQ(sessions.size(), 2u);
    const std::string kept = std::exchange(names["tok"], std::string{sessions[1].at("id").as_string()});
    serve("DELETE", "/v3/account/sessions/{tok}");
    names["tok"] = kept;
    serve("DELETE", "/v3/account/sessions");
    serve("PUT", "/v3/account/password", {{"password", scene.password}, {"new_password", "another long one"}});
  }

  void serve_jobs() {
    names["job"] = "blink";
    for (const char* path : {"/v3/workspace/{wks}/jobs/{job}", "/v3/workspaces/{wks}/jobs/{job}"}) {
      EXPECT_EQ(serve("POST", path, {{"value", 1}}).at("job").at("devices").as_array().size(), 1u);
    }
    serve("POST", "/v3/devices/{dev}/jobs/{job}", {{"value", {{"n", 3}}}});
    serve("GET", "/v3/devices/{dev}/jobs/{job}");
    EXPECT_EQ(serve("GET", "/v3/devices/{dev}/jobs").at("jobs").as_array().size(), 3u);
    serve("DELETE", "/v3/devices/{dev}/jobs/{job}");
  }

  void serve_twins() {
    const std::string device = "/v3/devices/{dev}";
    names["name"] = "speed";
    serve("GET", device + "/twin");
    serve("PATCH", device + "/twin", {{"expected", {{"speed", 1200}}}});
    EXPECT_EQ(serve("GET", device + "/variables").at("variables").as_array().size(), 1u);
    serve("GET", device + "/variables/{name}");
    serve("PUT", device + "/variables/{name}", {{"value", 3}});
    serve("DELETE", device + "/variables/{name}");
    serve("GET", device + "/conditions", {}, {{"size", "5"}});
    serve("GET", "/v3/workspaces/{wks}/conditions");
  }

  void serve_integrations() {
    const json::object made = serve("POST", "/v3/workspaces/{wks}/integrations",
                                    {{"name", "sink"}, {"url", "https://sink.example.org/zdm/data"}});
    names["int"] = std::string{made.at("integration").at("id").as_string()};
    serve("GET", "/v3/workspaces/{wks}/integrations");
    serve("PUT", "/v3/workspaces/{wks}/integrations/{int}", {{"enabled", false}, {"tags", json::array{"t"}}});
    serve("POST", "/v3/workspaces/{wks}/integrations/{int}/test");
    serve("GET", "/v3/workspaces/{wks}/integrations/{int}");
    serve_dead_letters();
    serve("DELETE", "/v3/workspaces/{wks}/integrations/{int}");
  }

  void serve_exports() {
    const std::string all = "/v3/workspaces/{wks}/exports";
    const json::object made = serve("POST", all, {{"name", "nightly"}, {"schedule", "6 *"}});
    names["pex"] = std::string{made.at("export").at("id").as_string()};
    EXPECT_EQ(serve("GET", all).at("exports").as_array().size(), 1u);
    serve("GET", all + "/{pex}");
    serve("PUT", all + "/{pex}", {{"schedule", "7 1"}, {"enabled", false}});
    serve("POST", all + "/{pex}/run");
    files.all = {{"a-001.csv", "text"}};
    scene.fleet.exports().keep_in(&files);
    EXPECT_EQ(serve("GET", all + "/{pex}/files").at("files").at(0).at("size"), 4);
    names["file"] = "a-001.csv";
    serve("GET", all + "/{pex}/files/{file}");
    EXPECT_EQ(scene.send("GET", fill(all + "/{pex}/files/a-002.csv", names)).status, 404);
    serve("DELETE", all + "/{pex}");
    EXPECT_TRUE(files.all.empty());
  }

  void serve_firmware() {
    const std::string all = "/v3/workspaces/{wks}/firmwares", one = all + "/{fmw}", version = one + "/versions/{ver}";
    fleet::Firmwares{scene.fleet}.keep_in(&images);
    const json::object made = serve("POST", all, {{"name", "lamp"}, {"description", "of the hall"}});
    names["fmw"] = std::string{made.at("firmware").at("id").as_string()};
    EXPECT_EQ(serve("GET", all).at("firmwares").as_array().size(), 1u);
    serve("GET", one);
    serve("PUT", one, {{"name", "lantern"}});
    const auto image = fleet::image_for_test();
    const auto uploaded = scene.send("POST", fill(version, names), std::string{text_of(image)});
    EXPECT_EQ(uploaded.status, 200) << uploaded.body;
    served.insert("POST " + version);
    EXPECT_EQ(scene.send("POST", fill(version, names), std::string(image_body_bytes_max + 1, 'x')).status, 413);
    EXPECT_EQ(scene.send("POST", fill(version, names), "no image").status, 400);
    EXPECT_EQ(serve("GET", one + "/versions").at("versions").at(0).at("size").at(0), image.size());
    serve("GET", version);
    const std::string device = "/v3/devices/{dev}/fota";
    EXPECT_EQ(serve("POST", device + "/{fmw}/versions/{ver}").at("fota").at("status"), "pending");
    EXPECT_EQ(serve("POST", "/v3/workspaces/{wks}/fota/{fmw}/versions/{ver}").at("fota").at("devices").at(0),
              json::value(names["dev"]));
    EXPECT_EQ(serve("GET", device).at("fota").at("value").at("firmware_id"), json::value(names["fmw"]));
    EXPECT_EQ(serve("GET", device + "/history", {}, {{"size", "5"}}).at("updates").as_array().size(), 2u);
    EXPECT_EQ(serve("DELETE", device).at("fota").at("status"), "cancelled");
    serve_rollouts();
    serve("DELETE", version);
    serve("DELETE", one);
    EXPECT_TRUE(images.all.empty());
  }

  void serve_rollouts() {
    const std::string all = "/v3/workspaces/{wks}/rollouts", one = all + "/{rol}";
    json::object order{{"firmware_id", names["fmw"]}, {"firmware_version", "1.2.0"}, {"canaries", 1}, {"soak", 60}};
    order["waves"] = json::array{50, 100}, order["window"] = "22:00-04:00";
    const json::object made = serve("POST", all, order).at("rollout").as_object();
    EXPECT_EQ(made.at("counts").at(0).at("waiting"), 1);
    EXPECT_EQ(made.at("window"), "22:00-04:00");
    names["rol"] = std::string{made.at("id").as_string()};
    EXPECT_EQ(serve("GET", all).at("rollouts").as_array().size(), 1u);
    serve("GET", one);
    EXPECT_EQ(serve("GET", one + "/updates", {}, {{"status", "waiting"}}).at("updates").as_array().size(), 1u);
    EXPECT_EQ(scene.send("GET", fill(one + "/updates", names), "", {{"status", "x"}}).status, 400);
    EXPECT_EQ(serve("POST", one + "/pause").at("rollout").at("status"), "paused");
    EXPECT_EQ(serve("POST", one + "/resume", {{"failures_percent", 5}}).at("rollout").at("failures_percent"), 5);
    EXPECT_EQ(serve("POST", one + "/abort").at("rollout").at("status"), "aborted");
  }

  void serve_dead_letters() {
    const std::string all = "/v3/workspaces/{wks}/integrations/{int}/dead-letters";
    serve("PUT", "/v3/workspaces/{wks}/integrations/{int}", {{"enabled", true}});
    const auto add = [&] {
      return scene.store.change([&](fleet::Changes& to) {
        const auto id = IntegrationId::parse(names["int"]).value();
        return to.put_dead_letter({0, id, scene.clock.now(), "HTTP 400", "data-gate-1", R"({"a":1})", 0});
      });
    };
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(add());
    EXPECT_EQ(serve("GET", all, {}, {{"after", "1"}}).at("dead_letters").at(0).at("body").at("a"), 1);
    names["num"] = "1";
    EXPECT_EQ(serve("POST", all + "/{num}/replay").at("replaying"), 1);
    EXPECT_EQ(serve("POST", all + "/replay").at("replaying"), 2);
    EXPECT_EQ(serve("DELETE", all + "/{num}").at("removed"), 1);
    EXPECT_EQ(serve("DELETE", all).at("removed"), 1);
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

  struct Files : fleet::ExportFiles {
    std::map<std::string, std::string> all;
    Result<std::vector<fleet::ExportFile>> list(const fleet::ExportId&) override {
      std::vector<fleet::ExportFile> out;
      for (const auto& [name, text] : all) out.push_back({name, text.size()});
      return out;
    }
    Result<std::string> read(const fleet::ExportId&, const std::string& name) override { return all.at(name); }
    Status remove_all(const fleet::ExportId&) override { return all.clear(), Status{}; }
  };
  Files files;
  fleet::MemoryImages_for_test images;
  Scene_for_test scene;
  std::map<std::string, std::string> names;
  std::set<std::string> served;
};

}  // namespace signet::api
