#include "board/linux/system_network.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "board/linux/no_wifi.h"
#include "net/turn_for_test.h"

namespace signet::board {
namespace {

class SystemNetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    files.routes = place.file("route");
    files.routes_v6 = place.file("ipv6_route");
    files.interfaces = "/sys/class/net";
    network.emplace(*loop, files);
    network->on_change([this] { ++changes; });
  }
  void route(bool is_there) {
    const std::string line = is_there ? "lo\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n" : "";
    ASSERT_TRUE(write_file_atomic(files.routes, bytes_of(line), 0600));
  }
  void start() {
    answers.clear();
    network->start([this](const Status& came) { answers.push_back(came ? "up" : came.error().what); });
  }

  Folder_for_test place;
  SystemFiles files;
  SystemClock clock;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  std::optional<SystemNetwork> network;
  std::vector<std::string> answers;
  int changes = 0;
};

TEST_F(SystemNetworkTest, IsUpWhileThereIsAWayOut) {
  route(true);
  EXPECT_FALSE(network->connected());
  EXPECT_TRUE(network->configure("Any", "thing"));
  start();
  EXPECT_EQ(answers, std::vector<std::string>{"up"});
  EXPECT_TRUE(network->connected());
  EXPECT_EQ(network->info().value().ip, "127.0.0.1") << "of the interface that leads out";
  EXPECT_EQ(changes, 0);
  route(false);
  net::turn_until(*loop, [&] { return changes == 1; });
  EXPECT_FALSE(network->connected());
  EXPECT_EQ(network->info().error().code, Errc::unavailable);
  route(true);
  net::turn_until(*loop, [&] { return changes == 2; });
  EXPECT_TRUE(network->connected());
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(SystemNetworkTest, WaitsForAWayOut) {
  start();
  EXPECT_TRUE(answers.empty());
  route(true);
  net::turn_until(*loop, [&] { return !answers.empty(); });
  EXPECT_EQ(answers, std::vector<std::string>{"up"});
  EXPECT_EQ(changes, 0) << "the answer says it";
}

TEST_F(SystemNetworkTest, GivenUpItSaysWhatIsMissing) {
  start();
  network->stop();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers[0].find("no default route"), std::string::npos);
  route(true);
  EXPECT_FALSE(network->connected()) << "stopped";
  network.reset();
}

TEST_F(SystemNetworkTest, AnotherStartEndsTheOneBefore) {
  start();
  std::vector<std::string> earlier;
  std::swap(earlier, answers);
  network->start([&](const Status& came) { earlier.push_back(came ? "up" : "down"); });
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_NE(answers[0].find("started anew"), std::string::npos);
  network.reset();
  EXPECT_TRUE(earlier.empty()) << "what ends tells nobody";
}

TEST(NoWifi, SaysWhyThereIsNone) {
  NoWifi none;
  std::optional<Status> outcome;
  none.start([&](Status came) { outcome = std::move(came); });
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().code, Errc::unavailable);
  EXPECT_NE(outcome->error().what.find("wifi = none"), std::string::npos);
  EXPECT_FALSE(none.configure("Lab", "12345678"));
  EXPECT_FALSE(none.info());
}

}  // namespace
}  // namespace signet::board
