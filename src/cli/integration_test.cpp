#include "cli/scripted_for_test.h"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

struct IntegrationCommand : testing::Test {
  void answers(const std::string& call, const std::string& more = "") {
    script.answers[call] = {200, R"({"integration":)" + one(more) + R"(,"secret":"5ec2e7"})"};
  }
  static std::string one(const std::string& more = "") {
    return R"({"id":"gate00000000000a","name":"sink","stream":"data","status":"on","delivered":7,"waiting":0,)"
           R"("url":"https://sink/","error":"")" +
           more + "}";
  }
  Scripted_for_test script;
  const std::string all = script.base + "/integrations";
};

TEST_F(IntegrationCommand, IsMadeAndItsSecretShown) {
  answers("POST " + all);
  const std::string token = script.file("token", "t0ken\n");
  ASSERT_EQ(
      script.run({"integration", "create", "sink", "https://sink/", "--tag", "t", "--tag", "u", "--token-file", token}),
      0)
      << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"url":"https://sink/","tags":["t","u"],"token":"t0ken","name":"sink"})");
  EXPECT_NE(script.out.str().find("5ec2e7"), std::string::npos);
}

TEST_F(IntegrationCommand, IsNamedByItsNameOrItsId) {
  script.answers["GET " + all] = {200, R"({"integrations":[)" + one() + "]}"};
  answers("GET " + all + "/gate00000000000a");
  answers("PUT " + all + "/gate00000000000a");
  script.answers["DELETE " + all + "/gate00000000000a"] = {200, "{}"};
  ASSERT_EQ(script.run({"integration", "ls"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("gate00000000000a  sink  data    on      7"), std::string::npos) << script.out.str();
  EXPECT_EQ(script.run({"integration", "show", "sink"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"integration", "update", "gate00000000000a", "--off", "--all"}), 0) << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"fleets":[],"tags":[],"enabled":false})");
  EXPECT_EQ(script.run({"integration", "update", "sink"}), 65) << "nothing to change";
  EXPECT_EQ(script.run({"integration", "update", "sink", "--on", "--off"}), 64);
  EXPECT_EQ(script.run({"integration", "rm", "sink"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"integration", "rm", "sank"}), 66) << script.err.str();
}

TEST_F(IntegrationCommand, ATestIsWaitedForAndItsOutcomeIsTheCommands) {
  const std::string path = all + "/gate00000000000a";
  answers("POST " + path + "/test", R"(,"last_test":{"done":false,"status":0,"error":""})");
  answers("GET " + path, R"(,"last_test":{"done":true,"status":200,"error":""})");
  EXPECT_EQ(script.run({"integration", "test", "gate00000000000a"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "The sink took it: HTTP 200\n");
  answers("GET " + path, R"(,"last_test":{"done":true,"status":0,"error":"nobody there"})");
  EXPECT_NE(script.run({"integration", "test", "gate00000000000a"}), 0);
  EXPECT_NE(script.err.str().find("nobody there"), std::string::npos);
  answers("GET " + path, R"(,"last_test":{"done":false,"status":0,"error":""})");
  EXPECT_NE(script.run({"integration", "test", "gate00000000000a"}), 0) << "not for ever";
}

TEST_F(IntegrationCommand, DeadLettersAreListedSentAgainAndThrownAway) {
  const std::string path = all + "/gate00000000000a/dead-letters";
  const std::string letter = R"({"number":7,"at":"2026-01-01T00:00:00Z","reason":"the sink answered HTTP 422",)"
                             R"("batch_id":"data-gate00000000000a-3","replays":1,"body":{"result":[1]}})";
  script.answers["GET " + path] = {200, R"({"dead_letters":[)" + letter + R"(],"next":"Nw"})"};
  script.answers["GET " + path + "?cursor=Nw"] = {200, R"({"dead_letters":[],"next":null})"};
  script.answers["GET " + path + "?size=1&after=6"] = {200, R"({"dead_letters":[)" + letter + "]}"};
  script.answers["GET " + path + "?size=1&after=8"] = {200, R"({"dead_letters":[]})"};
  script.answers["POST " + path + "/7/replay"] = {200, R"({"replaying":1})"};
  script.answers["POST " + path + "/replay"] = {200, R"({"replaying":4})"};
  script.answers["DELETE " + path + "/7"] = {200, R"({"removed":1})"};
  script.answers["DELETE " + path] = {200, R"({"removed":4})"};
  const std::string sink = "gate00000000000a";
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"integration", "dead"});
    return script.run(std::move(words));
  };
  EXPECT_EQ(run({"ls", sink}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("7       2026-01-01T00:00:00Z  1        the sink answered HTTP 422"),
            std::string::npos)
      << script.out.str();
  EXPECT_EQ(run({"show", sink, "7"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find(R"("body":{"result":[1]})"), std::string::npos);
  EXPECT_EQ(run({"show", sink, "9"}), 66);
  EXPECT_EQ(run({"replay", sink, "7"}), 0) << script.err.str();
  EXPECT_EQ(run({"replay", sink, "--all"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "Sent once more, as soon as the sink has time: 4\n");
  EXPECT_EQ(run({"replay", sink}), 65) << "which?";
  EXPECT_EQ(run({"replay", sink, "7", "--all"}), 65);
  EXPECT_EQ(run({"rm", sink, "7"}), 0) << script.err.str();
  EXPECT_EQ(run({"rm", sink, "--all", "--yes"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str(), "Thrown away: 4\n");
}

}  // namespace
}  // namespace signet::cli
