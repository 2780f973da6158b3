#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct Jobs : testing::Test {
  Jobs() : jobs("/v3/devices/" + device + "/jobs") {}
  json::object one(const std::string& name) { return scene.get(jobs + "/" + name).at("job").as_object(); }
  Scene_for_test scene;
  std::string device = scene.make_device();
  std::string jobs;
};

TEST_F(Jobs, AreScheduledListedAndCancelled) {
  const json::object made = scene.post(jobs + "/blink", {{"value", {{"n", 3}}}}).at("job").as_object();
  EXPECT_EQ(made.at("name"), "blink");
  EXPECT_EQ(made.at("status"), "pending");
  EXPECT_EQ(made.at("scheduled_at"), "2026-03-26T09:46:00Z");
  EXPECT_EQ(json::serialize(made.at("value")), R"({"n":3})");
  EXPECT_EQ(one("blink"), made);
  EXPECT_EQ(one(std::string{made.at("id").as_string()}), made);
  scene.post(jobs + "/beep", {{"value", "on"}});
  EXPECT_EQ(scene.get(jobs).at("jobs").as_array().size(), 2u);
  EXPECT_EQ(scene.get(jobs, {{"status", "done"}}).at("jobs").as_array().size(), 0u);
  EXPECT_EQ(scene.get(jobs, {{"name", "blink"}}).at("jobs").as_array().size(), 1u);
  EXPECT_EQ(scene.get(jobs, {{"size", "1"}}).at("jobs").as_array().at(0).at("name"), "beep");
  EXPECT_EQ(scene.parsed(scene.send("DELETE", jobs + "/blink")).at("job").at("status"), "cancelled");
  EXPECT_EQ(scene.get(jobs, {{"status", "pending"}}).at("jobs").as_array().size(), 1u);
}

TEST_F(Jobs, OfFleetsAreScheduledUnderBothDocumentedPaths) {
  const std::string other = scene.make_device("pump");
  for (const std::string path : {"/v3/workspace/", "/v3/workspaces/"}) {
    const json::object made = scene.post(path + scene.workspace + "/jobs/blink", {{"value", json::object{}}});
    EXPECT_EQ(made.at("job").at("devices").as_array().size(), 2u);
    EXPECT_EQ(made.at("job").at("status"), "pending");
  }
  const json::value fleets = scene.get(scene.base + "/fleets").at("fleets");
  const std::string all{fleets.as_array().at(0).at("id").as_string()};
  const auto with = [&](std::multimap<std::string, std::string> query) {
    return scene.send("POST", scene.base + "/jobs/beep", R"({"value":1})", std::move(query)).status;
  };
  EXPECT_EQ(with({{"fleet", all}, {"fleet", all}}), 200);
  EXPECT_EQ(with({{"fleet", "flt-000000000000"}}), 404);
}

TEST_F(Jobs, TakeASchedule) {
  const json::object made = scene
                                .post(jobs + "/blink", {{"value", nullptr},
                                                        {"due_at", "2026-03-26T10:00:00Z"},
                                                        {"expires_in", 60},
                                                        {"retries", 2},
                                                        {"retry_after", 5}})
                                .at("job")
                                .as_object();
  EXPECT_EQ(made.at("due_at"), "2026-03-26T10:00:00Z");
  EXPECT_EQ(made.at("expires_at"), "2026-03-26T10:01:00Z");
  EXPECT_EQ(made.at("retries"), 2);
}

TEST_F(Jobs, WhatIsNoJobIsRefused) {
  const auto with = [&](const std::string& name, const json::object& body) {
    return scene.send("POST", jobs + "/" + name, json::serialize(body)).status;
  };
  ASSERT_EQ(with("blink", {{"value", 1}}), 200);
  EXPECT_EQ(with("fota", {{"value", 1}}), 400);
  EXPECT_EQ(with("blink", {{"due_at", "tomorrow"}}), 400);
  EXPECT_EQ(with("blink", {{"expires_in", -1}}), 400);
  EXPECT_EQ(with("blink", {{"retries", 11}}), 400);
  EXPECT_EQ(with("blink", {{"retries", std::int64_t{1} << 40}}), 400);
  EXPECT_EQ(with("blink", {{"retries", "2"}}), 400);
  EXPECT_EQ(with("blink", {{"values", 1}}), 400);
  EXPECT_EQ(scene.send("GET", jobs, "", {{"status", "ready"}}).status, 400);
  EXPECT_EQ(scene.send("GET", jobs, "", {{"before", "dev-1"}}).status, 400);
  EXPECT_EQ(scene.send("GET", jobs + "/beep").status, 404);
  EXPECT_EQ(scene.send("DELETE", jobs + "/beep").status, 404);
  scene.token.clear();
  EXPECT_EQ(with("blink", {{"value", 1}}), 401);
}

}  // namespace
}  // namespace signet::api
