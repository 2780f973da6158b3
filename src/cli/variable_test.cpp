#include "cli/scripted_for_test.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

struct VariableCommand : testing::Test {
  Scripted_for_test script;
  const std::string list = "/v3/devices/dev-000000000001/variables";
};

TEST_F(VariableCommand, sets_json_or_text_or_pairs) {
  script.answers["PUT " + list + "/speed"] = {
      200, R"({"variable":{"name":"speed","value":5,"updated_at":"2026-01-01T00:00:00Z","pending":1200,)"
           R"("pending_since":"2026-01-02T00:00:00Z"}})"};
  const auto sent = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"variable", "set", "dev-000000000001", "speed"});
    EXPECT_EQ(script.run(std::move(arguments)), 0) << script.err.str();
    return script.calls.back().body;
  };
  EXPECT_EQ(sent({"1200"}), R"({"value":1200})");
  EXPECT_NE(script.out.str().find("speed     5      2026-01-01T00:00:00Z  1200"), std::string::npos)
      << script.out.str();
  EXPECT_EQ(sent({"full ahead"}), R"({"value":"full ahead"})");
  EXPECT_EQ(sent({"--val", "rpm", "5", "--arg", "way", "up"}), R"({"value":{"rpm":5,"way":"up"}})");
  EXPECT_EQ(script.run({"variable", "set", "dev-000000000001", "speed"}), 65);
  EXPECT_NE(script.err.str().find("signet variable set pump speed 1200"), std::string::npos);
  EXPECT_EQ(script.run({"variable", "set", "dev-000000000001", "speed", "1", "--val", "a", "1"}), 65);
}

TEST_F(VariableCommand, an_absent_value_leaves_its_place_empty) {
  script.answers["GET " + list] = {
      200,
      R"({"variables":[{"name":"a","value":null,"updated_at":null,"pending":1,"pending_since":"2026-01-02T00:00:00Z"},)"
      R"({"name":"b","value":2,"updated_at":"2026-01-01T00:00:00Z","pending":null,"pending_since":null}]})"};
  ASSERT_EQ(script.run({"variable", "ls", "dev-000000000001"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str().find("null"), std::string::npos) << script.out.str();
}

TEST_F(VariableCommand, conditions_are_asked_for_with_filters) {
  const std::string path =
      "/v3/workspaces/wks-000000000001/conditions?size=5&device=dev-000000000001&status=open&tag=door&threshold=60";
  script.answers["GET " + path] = {200, R"({"conditions":[]})"};
  EXPECT_EQ(script.run({"condition", "ls", "dev-000000000001", "--status", "open", "--tag", "door", "--threshold", "60",
                        "--count", "5"}),
            0)
      << script.err.str();
}

}  // namespace
}  // namespace signet::cli
