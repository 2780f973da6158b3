#include "api/check.h"
#include "api/example.h"
#include "api/scene_for_test.h"

#include <set>

namespace signet::api {
namespace {

TEST(Docs, show_every_route_once_with_an_example) {
  Scene_for_test scene;
  scene.token.clear();
  std::string all;
  std::set<std::string> sections;
  for (const Route& route : routes()) sections.insert(std::string{section_of(route.path)});
  for (const std::string& section : sections) {
    const auto response = scene.send("GET", "/docs/" + section);
    ASSERT_EQ(response.status, 200) << section;
    all += response.body;
  }
  const std::string pages = scene.send("GET", "/docs").body + all;
  for (const Route& route : routes()) {
    const std::string heading =
        ">" + std::string{route.method} + "</span><code>" + std::string{route.path} + "</code></h2>";
    const auto at = all.find(heading);
    ASSERT_NE(at, all.npos) << heading;
    EXPECT_EQ(all.find(heading, at + 1), all.npos) << "twice: " << heading;
  }
  for (const Schema& schema : schemas()) {
    const std::string anchor = "id=\"" + std::string{schema.name} + "\"";
    EXPECT_NE(scene.send("GET", "/docs/schemas").body.find(anchor), std::string::npos) << schema.name;
  }
  EXPECT_EQ(scene.send("GET", "/docs/nothing").status, 404);
}

TEST(Docs, hold_no_script_and_nothing_of_another_host) {
  Scene_for_test scene;
  for (const char* path : {"/docs", "/docs/devices", "/docs/schemas"}) {
    const auto response = scene.send("GET", path);
    const std::string& policy = response.headers.at("content-security-policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'; style-src 'self';")) << policy;
    EXPECT_EQ(policy.find("unsafe"), policy.npos);
    for (const char* banned : {"<script", " style=", " onclick", "src=", "href=\"http", "<form", "<iframe"}) {
      EXPECT_EQ(response.body.find(banned), response.body.npos) << path << " has " << banned;
    }
  }
}

TEST(Docs, have_examples_that_the_manager_takes) {
  for (const Route& route : routes()) {
    const std::string path = example_path(route);
    EXPECT_EQ(path.find('{'), path.npos) << path << ": example.cpp does not know this part";
    EXPECT_TRUE(match_path(route.path, path)) << path;
    if (route.body.empty()) continue;
    const Result<json::object> taken = check_body(route, json::serialize(example_body(route)));
    EXPECT_TRUE(taken) << route.path << ": " << taken.error().what;
  }
}

TEST(OpenApi, is_of_version_3_1_and_names_each_operation_once) {
  const json::object document = parse_json_object(openapi()).value();
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  EXPECT_EQ(openapi().find("nullable"), std::string::npos) << "3.1 has null as a type";
  std::set<std::string> ids;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      EXPECT_TRUE(ids.insert(std::string{operation.at("operationId").as_string()}).second) << path;
      if (!operation.as_object().contains("requestBody")) continue;
      const json::object& content = operation.at("requestBody").at("content").as_object();
      if (content.contains("application/octet-stream")) continue;  // a file, which has no members
      const json::value& media = content.at("application/json");
      EXPECT_TRUE(media.as_object().contains("example")) << method << path;
      EXPECT_EQ(media.at("schema").at("additionalProperties"), false) << method << path;
    }
  }
}

}  // namespace
}  // namespace signet::api
