#include "board/desk_scene_for_test.h"

#include <fcntl.h>

namespace signet::board {
namespace {

class DeskDial : public DeskTest {
 protected:
  void SetUp() override { wifi_.up = true; }
  static std::string dial(const std::string& rest) { return R"({"do":"net.dial","timeout":1000,)" + rest + "}"; }
  static std::string to(const std::string& host) { return dial(R"("protocol":"tcp","port":80,"host":")" + host + '"'); }
};

TEST_F(DeskDial, HandsTheOpenSocketOverWhenItComes) {
  EXPECT_EQ(ask(to("example.org")), "(nothing yet)");
  EXPECT_EQ(dialled, std::vector<std::string>{"1 tcp example.org 80"});
  desk.on_dialled(1, Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)});
  ASSERT_EQ(replies.size(), 1u);
  EXPECT_EQ(replies[0], (Frame{FrameKind::handover, 1, "{}"}));
  EXPECT_TRUE(handed);
  desk.on_dialled(1, Error{Errc::unavailable, "late"});
  EXPECT_EQ(replies.size(), 1u) << "one answer to a request";
}

TEST_F(DeskDial, TellsWhyThereIsNone) {
  EXPECT_EQ(ask(to("forbidden")), "forbidden");
  ask(dial(R"("protocol":"udp","port":123,"host":"time.example.org")"));
  EXPECT_EQ(dialled.back(), "2 udp time.example.org 123");
  desk.on_dialled(2, Error{Errc::unavailable, "refused"});
  EXPECT_EQ(last(), "unavailable");
}

TEST_F(DeskDial, EthernetIsANetworkWhileItsCableIsIn) {
  wifi_.up = false;
  cable.in = false;
  EXPECT_EQ(ask(R"({"do":"eth.start"})"), "not_found");
  EXPECT_EQ(ask(R"({"do":"eth.info"})"), "unavailable");
  EXPECT_EQ(ask(to("example.org")), "unavailable");
  cable.in = true;
  EXPECT_EQ(ask(R"({"do":"eth.start"})"), "{}");
  EXPECT_EQ(ask(R"({"do":"eth.connected"})"), R"({"connected":true})");
  EXPECT_EQ(ask(R"({"do":"eth.info"})"),
            R"({"dhcp":true,"ip":"10.0.1.2","mask":"m","gateway":"g","dns":"d","mac":"06"})");
  EXPECT_EQ(ask(to("example.org")), "(nothing yet)");
  EXPECT_EQ(ask(R"({"do":"eth.stop"})"), "{}");
  EXPECT_EQ(ask(R"({"do":"eth.connected"})"), R"({"connected":false})");
  EXPECT_EQ(ethernet_changes, 3);
  EXPECT_EQ(ask(R"({"do":"eth.cut"})"), "not_found");
  has_ethernet = false;
  EXPECT_EQ(ask(R"({"do":"eth.start"})"), "not_found") << "a board without";
}

TEST_F(DeskDial, HasATime) {
  ask(to("example.org"));
  EXPECT_EQ(desk.deadline(), desk_start + Seconds{1});
  desk.tick(desk_start + Seconds{1});
  EXPECT_EQ(last(), "unavailable");
  EXPECT_EQ(dialled.back(), "1 given up");
}

TEST_F(DeskDial, NeedsANetworkAndWholeWords) {
  const std::string host(dial_host_bytes_max, 'h');
  for (const auto& wrong :
       {to(""), to("a b"), to(host + "h"), to("a\\u0000b"), dial(R"("protocol":"tcp","port":0,"host":"h")"),
        dial(R"("protocol":"tcp","port":65536,"host":"h")"), dial(R"("protocol":"sctp","port":1,"host":"h")"),
        dial(R"("port":1,"host":"h")"), std::string{R"({"do":"net.dial","protocol":"tcp","port":1,"host":"h"})"}}) {
    EXPECT_EQ(ask(wrong), "malformed") << wrong;
  }
  const auto waiting = [](std::int64_t millis) {
    return R"({"do":"net.dial","protocol":"tcp","port":1,"host":"h","timeout":)" + std::to_string(millis) + "}";
  };
  EXPECT_EQ(ask(waiting(0)), "malformed");
  EXPECT_EQ(ask(waiting(dial_timeout_max_ms + 1)), "malformed");
  EXPECT_TRUE(dialled.empty());
  EXPECT_EQ(ask(waiting(dial_timeout_max_ms)), "(nothing yet)");
  EXPECT_EQ(ask(to(host)), "(nothing yet)");
  wifi_.up = false;
  EXPECT_EQ(ask(to("example.org")), "unavailable");
}

TEST_F(DeskDial, SoManyInARowThenTwoASecond) {
  for (int i = 0; i < dials_in_a_row_max; ++i) {
    ASSERT_EQ(ask(to("example.org")), "(nothing yet)") << i;
    desk.on_dialled(id, Error{Errc::unavailable, "refused"});
  }
  EXPECT_EQ(ask(to("example.org")), "exhausted");
  desk.on_request({FrameKind::request, ++id, to("example.org")}, desk_start + dial_every);
  EXPECT_EQ(dialled.size(), static_cast<std::size_t>(dials_in_a_row_max) + 1);
}

}  // namespace
}  // namespace signet::board
