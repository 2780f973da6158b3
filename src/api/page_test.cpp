#include "api/page.h"
#include "api/expect_for_test.h"
#include "api/scene_for_test.h"
#include "fleet/people.h"

namespace signet::api {
namespace {

using Query = std::multimap<std::string, std::string>;

struct Pages : ::testing::Test {
  // The names along all pages of that size.
  std::vector<std::string> turn(const std::string& path, const std::string& list, const std::string& member,
                                const std::string& size) {
    std::vector<std::string> out;
    Query query{{"size", size}};
    while (out.size() < 100) {
      const json::object page = scene.get(path, query);
      EXPECT_LE(page.at(list).as_array().size(), std::stoul(size));
      for (const json::value& one : page.at(list).as_array()) out.emplace_back(one.at(member).as_string());
      if (page.at("next").is_null()) break;
      query = {{"size", size}, {"cursor", std::string{page.at("next").as_string()}}};
    }
    return out;
  }
  Scene_for_test scene;
};

TEST_F(Pages, of_any_size_hold_all_of_a_list_once) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    scene.clock.advance(Millis{1});
    scene.make_device(name);
    scene.post(scene.base + "/fleets", {{"name", name}, {"description", ""}});
    scene.post("/v3/workspaces", {{"name", name}});
    scene.post(scene.base + "/api-keys", {{"name", name}});
    scene.post(scene.base + "/invitations", {{"email", std::string{name} + "@example.org"}});
    scene.post(scene.base + "/integrations", {{"name", name}, {"url", "https://sink.example.org/"}});
  }
  const std::vector<std::string> five{"a", "b", "c", "d", "e"};
  for (const char* size : {"1", "2", "5", "6", "1000"}) {
    EXPECT_EQ(turn(scene.base + "/devices", "devices", "name", size), five) << size;
    EXPECT_EQ(turn(scene.base + "/api-keys", "api_keys", "name", size), five) << size;
    EXPECT_EQ(turn(scene.base + "/integrations", "integrations", "name", size), five) << size;
    EXPECT_EQ(turn(scene.base + "/invitations", "invitations", "email", size).size(), 5u) << size;
    EXPECT_EQ(turn(scene.base + "/fleets", "fleets", "name", size).size(), 6u) << "and the default one";
    EXPECT_EQ(turn("/v3/workspaces", "workspaces", "name", size).size(), 6u) << size;
  }
  EXPECT_EQ(turn(scene.base + "/members", "members", "email", "1").size(), 1u);
}

TEST_F(Pages, of_exports_and_dead_letters_are_as_all_others) {
  for (const char* name : {"a", "b", "c"}) {
    scene.clock.advance(Millis{1});
    scene.post(scene.base + "/exports", {{"name", name}, {"schedule", "6 *"}});
  }
  const auto hook = scene.post(scene.base + "/integrations", {{"name", "h"}, {"url", "https://sink.example.org/"}});
  const std::string id{hook.at("integration").at("id").as_string()};
  for (const char* batch : {"one", "two", "three"}) {
    ASSERT_TRUE(scene.store.change([&](fleet::Changes& to) {
      return to.put_dead_letter({0, IntegrationId::parse(id).value(), scene.clock.now(), "HTTP 400", batch, "{}", 0});
    }));
  }
  const std::string letters = scene.base + "/integrations/" + id + "/dead-letters";
  for (const char* size : {"1", "2", "3", "100"}) {
    EXPECT_EQ(turn(scene.base + "/exports", "exports", "name", size), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(turn(letters, "dead_letters", "batch_id", size), (std::vector<std::string>{"one", "two", "three"}));
  }
  EXPECT_EQ(scene.get(letters, {{"after", "2"}}).at("dead_letters").as_array().size(), 1u) << "as before";
  EXPECT_EQ(scene.send("GET", letters, "", {{"size", "101"}}).status, 413);
  EXPECT_EQ(scene.send("GET", letters, "", {{"cursor", cursor_of("x")}}).status, 400);
}

TEST_F(Pages, move_nothing_when_something_comes_or_goes_meanwhile) {
  for (const char* name : {"a", "b", "c"}) {
    scene.clock.advance(Millis{1});
    scene.post(scene.base + "/api-keys", {{"name", name}});
  }
  const std::string path = scene.base + "/api-keys";
  const json::object first = scene.get(path, {{"size", "2"}});
  const std::string last{first.at("api_keys").at(1).at("id").as_string()};
  EXPECT_EQ(scene.send("DELETE", path + "/" + last).status, 200);
  scene.clock.advance(Millis{1});
  scene.post(path, {{"name", "d"}});
  const json::object second = scene.get(path, {{"cursor", std::string{first.at("next").as_string()}}});
  ASSERT_EQ(second.at("api_keys").as_array().size(), 2u);
  EXPECT_EQ(second.at("api_keys").at(0).at("name"), "c");
}

TEST_F(Pages, of_the_registry_turn_by_cursor_or_by_number) {
  scene.post("/v3/registry/manifests", scene.factory.import_body());
  const json::object first = scene.get("/v3/registry", {{"size", "1"}});
  EXPECT_EQ(first.at("identities").as_array().size(), 1u);
  const std::string cursor{first.at("next").as_string()};
  EXPECT_TRUE(scene.get("/v3/registry", {{"size", "1"}, {"cursor", cursor}}).at("identities").as_array().empty());
  EXPECT_TRUE(scene.get("/v3/registry", {{"size", "1"}, {"from", "1"}}).at("identities").as_array().empty());
  EXPECT_EQ(scene.send("GET", "/v3/registry", "", {{"from", "0"}, {"cursor", cursor}}).status, 400);
  EXPECT_EQ(scene.send("GET", "/v3/registry", "", {{"cursor", cursor_of("ab")}}).status, 400);
}

TEST_F(Pages, have_a_size_and_a_cursor_that_was_given) {
  const std::string path = scene.base + "/devices";
  const auto status = [&](const std::string& name, const std::string& value) {
    return scene.send("GET", path, "", {{name, value}}).status;
  };
  EXPECT_EQ(status("size", std::to_string(list_page_max)), 200);
  EXPECT_EQ(status("size", std::to_string(list_page_max + 1)), 413);
  EXPECT_EQ(status("size", "0"), 400);
  for (const std::string& bad : {std::string{}, std::string{"!"}, cursor_of("dev-UPPER"), cursor_of("\xff"),
                                 base64url(Buffer(cursor_bytes_max, 'x'))}) {
    EXPECT_EQ(status("cursor", bad), 400) << bad;
  }
  EXPECT_EQ(status("cursor", cursor_of("dev-000000000000")), 200);
  const fleet::Actor actor = scene.fleet.authenticate(scene.token, "192.0.2.1:1").value();
  const WorkspaceId workspace = WorkspaceId::parse(scene.workspace).value();
  EXPECT_TRUE(scene.fleet.devices(actor, {.workspace = workspace, .size = fleet::devices_page_max}));
  EXPECT_FALSE(scene.fleet.devices(actor, {.workspace = workspace, .size = fleet::devices_page_max + 1}));
}

TEST_F(Pages, of_devices_are_cut_by_fleet_and_name) {
  const auto north = scene.post(scene.base + "/fleets", {{"name", "north"}, {"description", ""}}).at("fleet").at("id");
  scene.post(scene.base + "/devices", {{"name", "lamp"}, {"fleet_id", north}});
  scene.make_device("lamp");
  scene.make_device("pump");
  const auto count = [&](Query query) {
    return scene.get(scene.base + "/devices", std::move(query)).at("devices").as_array().size();
  };
  EXPECT_EQ(count({}), 3u);
  EXPECT_EQ(count({{"name", "lamp"}}), 2u);
  EXPECT_EQ(count({{"fleet", std::string{north.as_string()}}}), 1u);
  EXPECT_EQ(count({{"fleet", std::string{north.as_string()}}, {"name", "pump"}}), 0u);
}

}  // namespace
}  // namespace signet::api
