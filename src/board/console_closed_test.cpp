#include "board/board_scene_for_test.h"
#include "board/jumper.h"

#include <gmock/gmock.h>

namespace signet::board {
namespace {

using testing::HasSubstr;

// Each as a tool would ask it; what is malformed or finds nothing is refused for that, once the console is open.
std::vector<json::object> all_that_provision() {
  return {{{"do", "claim.sign"}, {"statement", "?"}},
          {{"do", "claim.install"}},
          {{"do", "secret.set"}, {"name", "api.key"}, {"value", "azI"}},
          {{"do", "secret.ls"}},
          {{"do", "secret.rm"}, {"name", "api.key"}},
          {{"do", "firmware.begin"}, {"part", "os"}},
          {{"do", "firmware.write"}},
          {{"do", "firmware.request"}},
          {{"do", "firmware.confirm"}},
          {{"do", "no such thing"}}};
}

class ConsoleClosed : public BoardTest {
 protected:
  void claimed_board() {
    chip.personalise(factory);
    boot();
    ASSERT_TRUE(ask(claim_of("dev-000000000001")).empty());
  }
  bool is_closed_to(const json::object& request) {
    const json::object said = ask(request);
    return said.contains("code") && said.at("code") == "forbidden" &&
           std::string_view{said.at("message").as_string()}.find("console is closed") != std::string_view::npos;
  }
};

TEST_F(ConsoleClosed, AnUnclaimedBoardListensToWhoeverHoldsTheCable) {
  chip.personalise(factory);
  boot();
  for (const auto& request : all_that_provision()) EXPECT_FALSE(is_closed_to(request)) << json::serialize(request);
  EXPECT_EQ(ask({{"do", "identify"}}).at("console"), "open");
}

TEST_F(ConsoleClosed, AClaimedOneSaysWhoItIsAndNoMore) {
  claimed_board();
  for (const auto& request : all_that_provision()) EXPECT_TRUE(is_closed_to(request)) << json::serialize(request);
  EXPECT_TRUE(is_closed_to({{"do", "claim.remove"}}));
  EXPECT_TRUE(is_closed_to({{"do", "reset"}}));
  EXPECT_TRUE(is_closed_to({{"do", "log"}}));
  EXPECT_TRUE(is_closed_to(claim_of("dev-000000000002"))) << "nor does another manager get it";
  const auto said = ask({{"do", "identify"}});
  EXPECT_EQ(said.at("device"), "dev-000000000001");
  EXPECT_EQ(said.at("console"), "closed");
}

TEST_F(ConsoleClosed, TheNextOwnerDoesNotReadWhatTheLastOnesProgramShowed) {
  chip.personalise(factory);
  boot("echo of the last owner; exec cat <&3");
  turn_until([&] { return printed("of the last owner"); });
  ask(claim_of("dev-000000000001"));
  jumper.set = true;
  EXPECT_NE(json::serialize(ask({{"do", "log"}})).find("of the last owner"), std::string::npos);
  ask({{"do", "claim.remove"}});
  EXPECT_EQ(json::serialize(ask({{"do", "log"}})).find("of the last owner"), std::string::npos);
  jumper.set = false;
}

TEST_F(ConsoleClosed, TheRefusalSaysWhatOpensIt) {
  claimed_board();
  EXPECT_THAT(std::string{ask({{"do", "secret.ls"}}).at("message").as_string()}, HasSubstr("jumper (by hand)"));
}

TEST_F(ConsoleClosed, StaysClosedOverAPowerCut) {
  claimed_board();
  boot();
  EXPECT_TRUE(is_closed_to({{"do", "claim.remove"}}));
}

TEST_F(ConsoleClosed, TheJumperOpensItAsLongAsItIsSet) {
  claimed_board();
  jumper.set = true;
  for (const auto& request : all_that_provision()) EXPECT_FALSE(is_closed_to(request)) << json::serialize(request);
  jumper.set = false;
  EXPECT_TRUE(is_closed_to({{"do", "secret.ls"}}));
}

TEST_F(ConsoleClosed, AJumperThatWasForgottenIsToldAtEachStart) {
  claimed_board();
  jumper.set = true;
  boot();
  EXPECT_TRUE(printed("the jumper is set"));
  jumper.set = false;
  boot();
  EXPECT_FALSE(printed("the jumper is set"));
}

TEST_F(ConsoleClosed, WhoUnclaimsItOpensItForTheNextOwner) {
  claimed_board();
  jumper.set = true;
  ASSERT_TRUE(ask({{"do", "claim.remove"}}).empty());
  jumper.set = false;
  EXPECT_TRUE(ask({{"do", "secret.ls"}}).contains("names"));
  EXPECT_TRUE(ask(claim_of("dev-000000000002")).empty());
  EXPECT_TRUE(is_closed_to({{"do", "secret.ls"}}));
}

TEST_F(ConsoleClosed, AVirtualBoardsJumperIsAFile) {
  const auto file = open_jumper("file", folder).value();
  EXPECT_FALSE(file->is_set());
  ASSERT_TRUE(write_file_atomic(folder + "/jumper", {}, 0600));
  EXPECT_TRUE(file->is_set());
  std::filesystem::remove(folder + "/jumper");
  EXPECT_FALSE(file->is_set());
  EXPECT_THAT(file->how(), HasSubstr(folder + "/jumper"));
  EXPECT_TRUE(open_jumper("on", folder).value()->is_set());
}

TEST_F(ConsoleClosed, AJumpersNameIsReadToItsEnd) {
  const std::string beyond = "gpio:/dev/null:" + std::to_string(gpio_line_max + 1);
  for (const std::string wrong : {"", "off", "gpio:", "gpio:/dev/null", "gpio::1", "gpio:/dev/null:x",
                                  "gpio:/dev/null:1x", "gpio:/dev/null:-1", beyond.c_str()}) {
    EXPECT_EQ(open_jumper(wrong, folder).error().code, Errc::malformed) << wrong;
  }
  EXPECT_EQ(open_jumper("gpio:" + folder + "/none:1", folder).error().code, Errc::not_found);
  EXPECT_FALSE(open_jumper("gpio:/dev/null:" + std::to_string(gpio_line_max), folder)) << "no chip of lines";
}

}  // namespace
}  // namespace signet::board
