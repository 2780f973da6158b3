// A board over its console: what it is, what it said.
#include "cli/board.h"

#include "cli/scripted_board_for_test.h"
#include "cli/scripted_for_test.h"

#include <gmock/gmock.h>

namespace signet::cli {
namespace {

using testing::HasSubstr;

class AtHand : public testing::Test {
 protected:
  int run(const char* verb, std::vector<std::string> answers, bool as_json = false) {
    std::vector<ScriptedBoard_for_test::Answer> script_of_board;
    for (std::string& one : answers) script_of_board.push_back(ScriptedBoard_for_test::says(std::move(one) + "\n"));
    ScriptedBoard_for_test board{std::move(script_of_board)};
    std::vector<std::string> words{"board", verb, "--board", board.path()};
    if (as_json) words.emplace_back("--json");
    const int code = script.run(std::move(words));
    if (code == 0) heard = board.heard();
    return code;
  }
  Scripted_for_test script;
  std::vector<std::string> heard;
};

TEST_F(AtHand, SaysWhatItIs) {
  ASSERT_EQ(run("show", {R"(!{"id":ID,"ok":{"model":"virtual","dcn":"sn01"}})"}), 0) << script.err.str();
  EXPECT_THAT(script.out.str(), HasSubstr("sn01"));
}

TEST_F(AtHand, TellsItsLogPageByPageUntilThereIsNoMore) {
  const std::vector<std::string> pages{R"(!{"id":ID,"ok":{"first":7,"lines":["board: ready","42"]}})",
                                       R"(!{"id":ID,"ok":{"first":9,"lines":["bye \u001b[2J"]}})",
                                       R"(!{"id":ID,"ok":{"first":10,"lines":[]}})"};
  ASSERT_EQ(run("log", pages), 0) << script.err.str();
  EXPECT_THAT(script.out.str(), testing::StartsWith("board: ready\n42\nbye "));
  EXPECT_EQ(script.out.str().find('\033'), std::string::npos) << "no command to the terminal";
  ASSERT_EQ(heard.size(), 3u);
  EXPECT_THAT(heard[1], HasSubstr(R"("after":8)"));
  EXPECT_THAT(heard[2], HasSubstr(R"("after":9)"));
}

TEST_F(AtHand, ALogThatGoesBackwardsIsNotReadForEver) {
  const std::string page = R"(!{"id":ID,"ok":{"first":1,"lines":["again"]}})";
  EXPECT_NE(run("log", {page, page}), 0);
  EXPECT_THAT(script.err.str(), HasSubstr("goes backwards"));
}

TEST_F(AtHand, ALogWithoutAnEndOrWithoutNumbersIsNotReadForEver) {
  std::vector<std::string> pages;
  for (std::size_t i = 0; i <= board_log_bytes_max / 7'000; ++i) {
    pages.push_back(R"(!{"id":ID,"ok":{"first":)" + std::to_string(i + 1) + R"(,"lines":[")" + std::string(6'999, 'x') +
                    "\"]}}");
  }
  EXPECT_NE(run("log", pages), 0);
  EXPECT_THAT(script.err.str(), HasSubstr("does not come to an end"));
  EXPECT_NE(run("log", {R"(!{"id":ID,"ok":{"first":-5,"lines":["a"]}})"}), 0);
  EXPECT_THAT(script.err.str(), HasSubstr("without a number"));
}

TEST_F(AtHand, SaysWhyItsConsoleIsClosed) {
  EXPECT_NE(run("log", {R"(!{"id":ID,"error":{"code":"forbidden","message":"this board is claimed"}})"}), 0);
  EXPECT_THAT(script.err.str(), HasSubstr("this board is claimed"));
}

}  // namespace
}  // namespace signet::cli
