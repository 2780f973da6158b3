#include "api/scene_for_test.h"

namespace signet::api {
namespace {

struct Variables : testing::Test {
  Variables() : device_path("/v3/devices/" + device), list(device_path + "/variables") {}
  json::object put(const std::string& name, const std::string& body) {
    return scene.parsed(scene.send("PUT", list + "/" + name, body)).at("variable").as_object();
  }
  net::HttpResponse patch(const std::string& body, const std::string& if_match = "") {
    return scene.send("PATCH", device_path + "/twin", body, {}, if_match);
  }
  Scene_for_test scene;
  std::string device = scene.make_device();
  std::string device_path, list;
};

TEST_F(Variables, AreExpectedAndTakenBack) {
  EXPECT_EQ(scene.send("GET", list + "/speed").status, 404);
  const json::object made = put("speed", R"({"value":1200})");
  EXPECT_EQ(json::serialize(made), R"({"name":"speed","value":null,"updated_at":null,"pending":1200,)"
                                   R"("pending_since":"2026-03-26T09:46:00Z"})");
  EXPECT_EQ(scene.get(list + "/speed").at("variable"), made);
  EXPECT_EQ(scene.get(list).at("variables").as_array().size(), 1u);
  const json::object gone = scene.parsed(scene.send("DELETE", list + "/speed")).at("variable").as_object();
  EXPECT_TRUE(gone.at("pending").is_null());
  EXPECT_TRUE(scene.get(list).at("variables").as_array().empty());
  EXPECT_EQ(scene.send("PUT", list + "/@blink", R"({"value":1})").status, 400);
  EXPECT_EQ(scene.send("PUT", list + "/speed", R"({})").status, 400);
  EXPECT_EQ(
      scene.send("PUT", list + "/speed", R"({"value":)" + std::string(40, '[') + std::string(40, ']') + "}").status,
      400);
}

TEST_F(Variables, SeveralAreExpectedTogetherUnlessTheyHaveChangedSince) {
  const net::HttpResponse first = patch(R"({"expected":{"a":1,"b":{"c":2}}})");
  const json::object twin = scene.parsed(first).at("twin").as_object();
  EXPECT_EQ(twin.at("delta").as_object().size(), 2u);
  EXPECT_EQ(twin.at("delta"), twin.at("expected"));
  const std::string etag = first.headers.at("etag");
  EXPECT_EQ(scene.send("GET", device_path + "/twin").headers.at("etag"), etag);
  const net::HttpResponse second = patch(R"({"expected":{"a":null}})", etag);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(scene.parsed(second).at("twin").at("expected").as_object().size(), 1u);
  EXPECT_EQ(patch(R"({"expected":{"b":3}})", etag).status, 409);
  EXPECT_EQ(patch(R"({"expected":{"b":3}})", "*").status, 200);
  EXPECT_EQ(patch(R"({"expected":{}})").status, 400);
  EXPECT_EQ(patch(R"({"expected":{"b":4,"#x":1}})").status, 400);
  EXPECT_EQ(scene.get(list + "/b").at("variable").at("pending"), 3) << "all or none";
}

TEST_F(Variables, AJobIsNoneOfThem) {
  scene.post(device_path + "/jobs/blink", {{"value", 1}});
  EXPECT_TRUE(scene.get(list).at("variables").as_array().empty());
  EXPECT_TRUE(scene.get(device_path + "/twin").at("twin").at("delta").as_object().empty());
}

TEST_F(Variables, ConditionsAreAskedForWithFilters) {
  EXPECT_TRUE(scene.get(device_path + "/conditions").at("conditions").as_array().empty());
  const std::string all = scene.base + "/conditions";
  EXPECT_TRUE(
      scene.get(all, {{"device", device}, {"status", "open"}, {"tag", "t"}, {"threshold", "5"}, {"before", "9"}})
          .at("conditions")
          .as_array()
          .empty());
  EXPECT_EQ(scene.send("GET", all, "", {{"status", "ajar"}}).status, 400);
  EXPECT_EQ(scene.send("GET", all, "", {{"size", "1001"}}).status, 413);
  EXPECT_EQ(scene.send("GET", all, "", {{"threshold", "99999999999"}}).status, 400);
  EXPECT_EQ(scene.send("GET", all, "", {{"device", "dev-000000000000"}}).status, 404);
}

}  // namespace
}  // namespace signet::api
