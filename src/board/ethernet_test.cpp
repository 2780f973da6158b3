#include "board/board_scene_for_test.h"

namespace signet::board {
namespace {

TEST_F(BoardTest, NoticesThatItsEthernetCableIsPulled) {
  const Buffer frame = encode({FrameKind::request, 1, R"({"do":"eth.start"})"}).value();
  ASSERT_TRUE(write_file_atomic(folder + "/request", frame, 0600));
  boot("cat " + folder + "/request >&3; exec cat <&3");
  turn_until([&] { return ethernet.up; });
  EXPECT_FALSE(printed("cable"));
  ethernet.in = false;
  turn_until([&] { return printed("the Ethernet cable was pulled"); });
  EXPECT_FALSE(printed("Ethernet is connected"));
  ethernet.in = true;
  turn_until([&] { return printed("Ethernet is connected"); });
}

TEST_F(BoardTest, EthernetEndsWithARestart) {
  boot();
  ASSERT_TRUE(ethernet.start());
  ask({{"do", "reset"}});
  turn_until([&] { return !ethernet.up; });
}

}  // namespace
}  // namespace signet::board
