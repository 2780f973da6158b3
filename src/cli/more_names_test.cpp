#include "cli/more_names.h"
#include "cli/complete.h"
#include "cli/profile.h"
#include "cli/scripted_for_test.h"
#include "cli/suggest.h"

#include <gmock/gmock.h>

namespace signet::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

TEST(Suggest, CountsWhatIsMistyped) {
  EXPECT_EQ(distance("device", "device"), 0u);
  EXPECT_EQ(distance("devcie", "device"), 1u) << "neighbours that are swapped";
  EXPECT_EQ(distance("dvice", "device"), 1u);
  EXPECT_EQ(distance("devices", "device"), 1u);
  EXPECT_EQ(distance("", "abc"), 3u);
  const Words known{"device", "data", "job"};
  EXPECT_EQ(nearest("devcie", known), "device");
  EXPECT_EQ(nearest("jbo", known), "job");
  EXPECT_EQ(nearest("xyz", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(suggestion_bytes_max + 1, 'x'), known), std::nullopt);
}

struct MoreNames : testing::Test {
  Words completed(Words words) {
    words.insert(words.begin(), std::string{complete_word});
    EXPECT_EQ(script.run(words), 0) << script.err.str();
    Words out;
    std::istringstream lines{script.out.str()};
    for (std::string line; std::getline(lines, line);) out.push_back(line.substr(0, line.find('\t')));
    return out;
  }
  Scripted_for_test script;
};

TEST_F(MoreNames, AMistypedCommandIsRecognised) {
  EXPECT_EQ(script.run({"devcie", "ls"}), 64);
  EXPECT_THAT(script.err.str(), HasSubstr("did you mean \"device\"?"));
  EXPECT_EQ(script.run({"device", "lst"}), 64);
  EXPECT_THAT(script.err.str(), HasSubstr("did you mean \"ls\"?"));
  EXPECT_EQ(script.run({"--server", "https://x", "job", "lss"}), 64) << "the value of a flag is no command";
  EXPECT_THAT(script.err.str(), HasSubstr("did you mean \"ls\"?"));
  EXPECT_EQ(script.run({"device", "ls", "--jsno"}), 64);
  EXPECT_THAT(script.err.str(), HasSubstr("did you mean \"--json\"?"));
  EXPECT_EQ(script.run({"quux"}), 64);
  EXPECT_THAT(script.err.str(), Not(HasSubstr("did you mean")));
}

TEST_F(MoreNames, AMistypedNameIsRecognised) {
  EXPECT_EQ(script.run({"device", "get", "lmap"}), 66);
  EXPECT_THAT(script.err.str(), HasSubstr("there is no device \"lmap\"; did you mean \"lamp\"?"));
}

TEST_F(MoreNames, AShellLearnsWhatComesNext) {
  EXPECT_THAT(completed({"dev"}), testing::ElementsAre("device"));
  EXPECT_THAT(completed({"device", ""}), testing::IsSupersetOf({"create", "ls", "get", "claim"}));
  EXPECT_THAT(completed({"device", "ls", "--js"}), testing::ElementsAre("--json"));
  EXPECT_THAT(completed({"--server", ""}), testing::IsEmpty()) << "a value: the shell's own";
  EXPECT_THAT(completed({"--server", "https://x", "workspace", "l"}), testing::ElementsAre("ls"));
  EXPECT_THAT(completed({"nonsense", ""}), testing::IsEmpty());
  EXPECT_THAT(completed({}), testing::Contains("profile"));
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(script.run({"completion", shell}), 0) << script.err.str();
    EXPECT_THAT(script.out.str(), HasSubstr("signet __complete"));
  }
  EXPECT_EQ(script.run({"completion", "csh"}), 64);
}

TEST_F(MoreNames, TheSameVerbsAreOnEveryNoun) {
  script.answers["GET " + script.base] = {200, R"({"workspace":{"id":"wks-000000000001","name":"default"}})"};
  EXPECT_EQ(script.run({"workspace", "get", "default"}), 0) << script.err.str();
  EXPECT_THAT(script.out.str(), HasSubstr("wks-000000000001"));
  script.answers["GET /v3/devices/dev-000000000001/jobs/blink"] = {200, R"({"job":{"name":"blink","status":"done"}})"};
  EXPECT_EQ(script.run({"job", "get", "blink", "lamp"}), 0) << script.err.str();
  for (const Words& words :
       {Words{"key", "rm", "--help"}, Words{"registry", "get", "--help"}, Words{"integration", "get", "--help"},
        Words{"condition", "watch", "--help"}, Words{"device", "watch", "--help"}, Words{"data", "watch", "--help"}}) {
    EXPECT_EQ(script.run(words), 0) << words[0] << " " << words[1] << ": " << script.err.str();
  }
}

TEST_F(MoreNames, ZerynthsWayToSayItIsUnderstood) {
  EXPECT_EQ(from_zerynth({"device", "create", "wks-000000000001", "flt-000000000001", "lamp"}),
            (Words{"device", "create", "--workspace=wks-000000000001", "--fleet=flt-000000000001", "lamp"}));
  EXPECT_EQ(from_zerynth({"fleet", "ls", "wks-000000000001"}), (Words{"fleet", "ls", "--workspace=wks-000000000001"}));
  EXPECT_EQ(from_zerynth({"device", "identity", "create", "wks-000000000001", "dev-000000000001", "b"})[3],
            "--workspace=wks-000000000001");
  EXPECT_EQ(from_zerynth({"workspace", "get", "wks-000000000001"})[2], "wks-000000000001");
  EXPECT_EQ(from_zerynth({"device", "get", "lamp"})[2], "lamp");
  EXPECT_EQ(script.run({"device", "ls", "wks-000000000001", "-J"}), 0) << script.err.str();
  EXPECT_THAT(script.out.str(), HasSubstr("dev-000000000001"));
  script.answers["POST " + script.base + "/devices/dev-000000000001/identities"] = {
      200, R"({"identity":{"device_id":"dev-000000000001","dcn":"sn01","revoked":false}})"};
  EXPECT_EQ(script.run({"device", "identity", "create", "wks-000000000001", "dev-000000000001", "sn01:7:ab"}), 0)
      << script.err.str();
  EXPECT_EQ(script.calls.back().body, R"({"bundle":"sn01:7:ab"})");
}

struct Profiles : testing::Test {
  Profiles() {
    std::filesystem::create_directory(script.environment.home + "/profiles");
    script.file("profiles/work.json", R"({"server":"https://work:8443","ca":"CA","token":"","email":"me@work"})");
    script.answers["GET /v3/workspaces"] = {200, R"({"workspaces":[]})"};
  }
  std::string server_of_last_call() const {
    return script.calls.back().url.substr(0, script.calls.back().url.find("/v3"));
  }
  Scripted_for_test script;
};

TEST_F(Profiles, AreChosenByFlagByEnvironmentAndByUse) {
  EXPECT_EQ(script.run({"workspace", "ls"}), 0) << script.err.str();
  EXPECT_EQ(server_of_last_call(), "https://manager:8443");
  EXPECT_EQ(script.run({"workspace", "ls", "--profile", "work"}), 0) << script.err.str();
  EXPECT_EQ(server_of_last_call(), "https://work:8443");
  EXPECT_EQ(script.run({"profile", "use", "work"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"workspace", "ls"}), 0);
  EXPECT_EQ(server_of_last_call(), "https://work:8443");
  script.environment.profile = "default";
  EXPECT_EQ(script.run({"workspace", "ls"}), 0);
  EXPECT_EQ(server_of_last_call(), "https://manager:8443");
  EXPECT_EQ(script.run({"workspace", "ls", "--profile", "work"}), 0) << "the flag wins";
  EXPECT_EQ(server_of_last_call(), "https://work:8443");
  EXPECT_EQ(script.run({"workspace", "ls", "--profile", "work", "--config", "x"}), 65) << "one or the other";
}

TEST_F(Profiles, AreListedAndForgotten) {
  EXPECT_EQ(script.run({"profile", "use", "work"}), 0);
  EXPECT_EQ(script.run({"profile", "ls"}), 0) << script.err.str();
  EXPECT_THAT(script.out.str(), HasSubstr("work     yes     https://work:8443"));
  EXPECT_THAT(script.out.str(), Not(HasSubstr("sgs_")));
  EXPECT_EQ(script.run({"profile", "rm", "work"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"workspace", "ls"}), 0) << "the default is in use again";
  EXPECT_EQ(server_of_last_call(), "https://manager:8443");
  script.in.str("no\n");
  EXPECT_EQ(script.run({"profile", "rm", "default"}), 73) << "it is signed in";
  EXPECT_EQ(script.run({"profile", "rm", "default", "--yes"}), 0) << script.err.str();
}

TEST_F(Profiles, WhatIsNoneIsRefused) {
  EXPECT_EQ(script.run({"profile", "use", "wrok"}), 66);
  EXPECT_THAT(script.err.str(), HasSubstr("did you mean \"work\"?"));
  for (const char* name : {"../work", "a/b", ".hidden", "a b"}) {
    EXPECT_EQ(script.run({"workspace", "ls", "--profile", name}), 65) << name;
  }
  EXPECT_EQ(script.run({"workspace", "ls", "--profile", std::string(profile_name_bytes_max + 1, 'x')}), 65);
  for (std::size_t i = 0; i < 3; ++i) script.file("profiles/p" + std::to_string(i) + ".json", "{}");
  EXPECT_EQ(script.run({"profile", "ls", "--json"}), 0);
  EXPECT_LE(5u, profiles_max);
}

}  // namespace
}  // namespace signet::cli
