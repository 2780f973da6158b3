#include "fleet/integration.h"
#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct IntegrationsApi : testing::Test {
  json::object make(json::object body) {
    if (!body.contains("name")) body["name"] = "sink";
    if (!body.contains("url")) body["url"] = "https://sink.example.org/";
    return scene.post(all, body);
  }
  Scene_for_test scene;
  std::string all = scene.base + "/integrations";
};

TEST_F(IntegrationsApi, TheSecretIsShownOnceAndTheTokenNever) {
  const json::object made = make({{"token", "t0ken"}});
  EXPECT_EQ(made.at("secret").as_string().size(), 64u);
  EXPECT_EQ(made.at("integration").at("has_token"), true);
  const auto again = scene.send("GET", all + "/" + std::string{made.at("integration").at("id").as_string()});
  for (const auto& response : {again, scene.send("GET", all)}) {
    EXPECT_EQ(response.body.find("t0ken"), std::string::npos);
    EXPECT_EQ(response.body.find(made.at("secret").as_string()), std::string::npos);
  }
}

TEST_F(IntegrationsApi, AreMadeChangedAndRemoved) {
  const json::value fleets = scene.get(scene.base + "/fleets").at("fleets");
  const json::object made =
      make({{"stream", "event"}, {"fleets", json::array{fleets.at(0).at("id")}}, {"tags", {"job"}}})
          .at("integration")
          .as_object();
  EXPECT_EQ(made.at("stream"), "event");
  EXPECT_EQ(made.at("status"), "on");
  EXPECT_EQ(made.at("tags"), json::array{"job"});
  const std::string path = all + "/" + std::string{made.at("id").as_string()};
  const auto changed = scene.parsed(scene.send("PUT", path, R"({"enabled":false,"tags":[]})")).at("integration");
  EXPECT_EQ(changed.at("status"), "off");
  EXPECT_EQ(changed.at("tags"), json::array{});
  EXPECT_EQ(changed.at("name"), "sink") << "what is not named stays";
  EXPECT_EQ(scene.post(path + "/test", {}).at("integration").at("last_test").at("done"), false);
  scene.parsed(scene.send("DELETE", path));
  EXPECT_EQ(scene.send("GET", path).status, 404);
  EXPECT_TRUE(scene.get(all).at("integrations").as_array().empty());
}

TEST_F(IntegrationsApi, WhatIsNoneIsRefused) {
  const auto with = [&](json::object body) {
    body["name"] = "sink", body.emplace("url", "https://sink.example.org/");
    return scene.send("POST", all, json::serialize(body)).status;
  };
  EXPECT_EQ(with({}), 200);
  EXPECT_EQ(with({{"stream", "smoke"}}), 400);
  EXPECT_EQ(with({{"enabled", "yes"}}), 400);
  EXPECT_EQ(with({{"token", "a\r\nX: y"}}), 400);
  EXPECT_EQ(with({{"fleets", json::array{"x"}}}), 400);
  EXPECT_EQ(with({{"fleets", json::array{"flt-000000000000"}}}), 404);
  EXPECT_EQ(with({{"secret", "mine"}}), 400);
  EXPECT_EQ(with({{"url", std::string(fleet::url_bytes_max + 1, 'x')}}), 413);
}

}  // namespace
}  // namespace signet::api
