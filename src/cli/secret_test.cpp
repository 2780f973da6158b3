// Secrets over the console: what is asked of the board, and where the value may come from.
#include "cli/scripted_board_for_test.h"
#include "cli/scripted_for_test.h"

#include <gmock/gmock.h>

namespace signet::cli {
namespace {

using testing::HasSubstr;

class Secret : public testing::Test {
 protected:
  // Runs one command against a board that says `answer`; what the board heard is in `heard`.
  int run(std::vector<std::string> arguments, std::string answer = R"(!{"id":ID,"ok":{}})") {
    ScriptedBoard_for_test board{{ScriptedBoard_for_test::says(answer + "\n")}};
    arguments.insert(arguments.end(), {"--board", board.path()});
    const int code = script.run(std::move(arguments));
    heard = code == 0 && !board.heard().empty() ? board.heard().front() : "";
    return code;
  }
  Scripted_for_test script;
  std::string heard;
};

TEST_F(Secret, IsAskedForWithoutEcho) {
  ASSERT_EQ(run({"secret", "set", "wifi.password"}), 0) << script.err.str();
  EXPECT_THAT(heard, HasSubstr(R"("do":"secret.set")"));
  EXPECT_THAT(heard, HasSubstr(R"("name":"wifi.password","value":"Y29ycmVjdCBob3JzZSBiYXR0ZXJ5")"));
  EXPECT_THAT(script.out.str(), HasSubstr("Stored"));
  EXPECT_EQ(script.out.str().find("correct"), std::string::npos) << "the value is shown nowhere";
}

TEST_F(Secret, ComesFromAFileAsItIsOrFromOneLine) {
  ASSERT_EQ(run({"secret", "set", "api.key", "--file", script.file("key", "k1\n")}), 0);
  EXPECT_THAT(heard, HasSubstr(R"("value":"azEK")"));
  script.in.str("k2\nmore\n");
  ASSERT_EQ(run({"secret", "set", "api.key", "--file", "-"}), 0);
  EXPECT_THAT(heard, HasSubstr(R"("value":"azI")"));
  script.in.str("");
  script.in.clear();
  EXPECT_NE(run({"secret", "set", "api.key", "--file", "-"}), 0);
  EXPECT_THAT(script.err.str(), HasSubstr("the secret is empty"));
  EXPECT_NE(run({"secret", "set", "api.key", "--file", script.file("long", std::string(1025, 'x'))}), 0);
}

TEST_F(Secret, HasNoPlaceOnTheCommandLine) { EXPECT_EQ(run({"secret", "set", "api.key", "k1"}), 64); }

TEST_F(Secret, NamesAreListed) {
  ASSERT_EQ(run({"secret", "ls"}, R"(!{"id":ID,"ok":{"names":["api.key","wifi.ssid"]}})"), 0);
  EXPECT_EQ(script.out.str(), "api.key\nwifi.ssid\n");
  ASSERT_EQ(run({"secret", "ls"}, R"(!{"id":ID,"ok":{"names":[]}})"), 0);
  EXPECT_THAT(script.out.str(), HasSubstr("No secrets"));
}

TEST_F(Secret, OneOrAllAreRemoved) {
  ASSERT_EQ(run({"secret", "rm", "api.key"}), 0);
  EXPECT_THAT(heard, HasSubstr(R"("do":"secret.rm","name":"api.key")"));
  ASSERT_EQ(run({"secret", "rm", "--all"}), 0);
  EXPECT_EQ(heard.find("name"), std::string::npos);
  EXPECT_NE(run({"secret", "rm"}), 0);
  EXPECT_NE(run({"secret", "rm", "api.key", "--all"}), 0);
}

TEST_F(Secret, ABoardThatRefusesIsQuoted) {
  EXPECT_NE(
      run({"secret", "set", "x"}, R"(!{"id":ID,"error":{"code":"exhausted","message":"32 secrets are kept already"}})"),
      0);
  EXPECT_THAT(script.err.str(), HasSubstr("32 secrets are kept already"));
}

}  // namespace
}  // namespace signet::cli
