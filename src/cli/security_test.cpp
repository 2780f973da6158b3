#include "cli/scripted_for_test.h"

namespace signet::cli {
namespace {

constexpr const char* knocked =
    R"({"admitted":7,"refusals":[{"reason":"unknown certificate","count":20},{"reason":"banned","count":4}],)"
    R"("knockers":[{"address":"203.0.113.7","admitted":0,"at_home":false,"last_seen":"2026-01-01T00:00:00Z",)"
    R"("banned_until":"2026-01-01T00:05:00Z","refusals":[{"reason":"unknown certificate","count":20},)"
    R"({"reason":"banned","count":4}]}],)"
    R"("bans":[{"address":"203.0.113.7","until":"2026-01-01T00:05:00Z","manual":false,"strikes":1,)"
    R"("reason":"x\u001b[2J"}]})";

TEST(Security, TheTopSaysWhoKnocksAndWhyHeIsNotLetIn) {
  Scripted_for_test script;
  script.answers["GET /v3/security/top?size=20"] = {200, knocked};
  ASSERT_EQ(script.run({"security", "top"}), 0) << script.err.str();
  EXPECT_EQ(
      script.out.str(),
      "Since the start: 7 admitted, 20 unknown certificate, 4 banned\n\n"
      "Address      Admitted  At home  Last seen             Banned until          Refused\n"
      "203.0.113.7  0         no       2026-01-01T00:00:00Z  2026-01-01T00:05:00Z  20 unknown certificate, 4 banned\n"
      "\n"
      "Banned       Until                 By a person  Strikes  Reason\n"
      "203.0.113.7  2026-01-01T00:05:00Z  no           1        x [2J\n");
  script.answers["GET /v3/security/top?size=5"] = {200, R"({"admitted":0,"refusals":[],"knockers":[],"bans":[]})"};
  ASSERT_EQ(script.run({"security", "top", "--count", "5"}), 0) << script.err.str();
  EXPECT_EQ(script.out.str().substr(0, 29), "Since the start: 0 admitted\n\n");
}

TEST(Security, ABanIsSetAndLiftedByItsAddress) {
  Scripted_for_test script;
  script.answers["POST /v3/security/bans"] = {200, "{}"};
  ASSERT_EQ(script.run({"security", "ban", "203.0.113.0/24", "--time", "60", "--reason", "scans"}), 0);
  EXPECT_EQ(script.calls.back().body, R"({"address":"203.0.113.0/24","seconds":60,"reason":"scans"})");
  ASSERT_EQ(script.run({"security", "ban", "203.0.113.0/24"}), 0);
  EXPECT_EQ(script.calls.back().body, R"({"address":"203.0.113.0/24","seconds":3600,"reason":""})");
  script.answers["DELETE /v3/security/bans?address=203.0.113.0%2F24"] = {200, "{}"};
  EXPECT_EQ(script.run({"security", "unban", "203.0.113.0/24"}), 0) << script.err.str();
  EXPECT_EQ(script.run({"security", "ban"}), 64);
}

TEST(Security, TheFirewallsScriptIsMadeOfTheFileWithoutAskingTheManager) {
  Scripted_for_test script;  // it is 2027
  const std::string bans = script.file("bans",
                                       "signet bans 1\n"
                                       "198.51.100.9 2026-01-01T00:00:00Z guard 1 over\n"
                                       "203.0.113.7 2099-01-01T00:00:00Z person 0 scans\n");
  ASSERT_EQ(script.run({"security", "nft", bans, "--port", "1883"}), 0) << script.err.str();
  EXPECT_NE(script.out.str().find("tcp dport 1883 "), std::string::npos);
  EXPECT_NE(script.out.str().find("add element inet signet banned4 { 203.0.113.7 timeout 31622400s }\n"),
            std::string::npos)
      << script.out.str() << "a year is the most";
  EXPECT_TRUE(script.calls.empty());
  EXPECT_EQ(script.run({"security", "nft", script.file("shadow", "root:$6$x:1:0\n")}), 65);
  EXPECT_EQ(script.out.str(), "");
  EXPECT_EQ(script.err.str().find("root"), std::string::npos) << script.err.str();
  EXPECT_NE(script.run({"security", "nft", script.environment.home + "/none"}), 0);
}

}  // namespace
}  // namespace signet::cli
