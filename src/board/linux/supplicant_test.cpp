#include "board/linux/supplicant.h"

#include "base/port/file.h"
#include "base/port/folder_for_test.h"
#include "board/linux/supplicant_for_test.h"
#include "net/turn_for_test.h"

#include <filesystem>

namespace signet::board {
namespace {

// Its interface is `lo`, which has an address; `air` is what it would hear.
class SupplicantTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(make_folder(control, 0700));
    daemon.emplace(*loop, control);
    make();
    ASSERT_TRUE(wifi->configure("Lab", "correct horse"));
  }
  void TearDown() override {
    wifi.reset();
    daemon.reset();
  }
  void make() {
    wifi = Supplicant::create(*loop, {Interface::find("lo").value(), control, place.path(),
                                      [this](const Interface& of) { return has_lease && of.has_address(); }})
               .value();
    wifi->on_change([this] { ++changes; });
  }
  void start() {
    answer.reset();
    wifi->start([this](Status came) { answer = std::move(came); });
  }
  Errc refused() {
    start();
    turn_until([&] { return answer.has_value(); });
    EXPECT_FALSE(*answer);
    EXPECT_FALSE(wifi->connected());
    return answer->error().code;
  }
  void turn_until(const std::function<bool()>& done) { net::turn_until(*loop, done); }
  void turn_for(Millis time) {
    bool over = false;
    loop->after(time, [&] { over = true; });
    turn_until([&] { return over; });
  }
  bool forgotten() {
    turn_until([&] { return daemon->heard("DETACH"); });
    return daemon->networks.empty() && std::filesystem::is_empty(place.file("wpa"));
  }
  void join() {
    daemon->on_select = [this] { daemon->connect(daemon->next_network - 1); };
    start();
    turn_until([&] { return answer.has_value(); });
    ASSERT_TRUE(*answer) << answer->error().what;
  }

  Folder_for_test place;
  const std::string control = place.file("control");
  SystemClock clock;
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  std::optional<Supplicant_for_test> daemon;
  std::unique_ptr<Supplicant> wifi;
  std::optional<Status> answer;
  bool has_lease = true;
  int changes = 0;
};

TEST_F(SupplicantTest, JoinsANetworkAndLeavesNothingBehind) {
  EXPECT_EQ(wifi->info().error().code, Errc::unavailable);
  join();
  EXPECT_TRUE(wifi->connected());
  EXPECT_EQ(wifi->info().value().ip, "127.0.0.1");
  EXPECT_EQ(daemon->commands, (std::vector<std::string>{"ATTACH", "ADD_NETWORK", "SET_NETWORK 0 ssid 4c6162",
                                                        "SET_NETWORK 0 psk \"correct horse\"", "SELECT_NETWORK 0"}));
  wifi->stop();
  EXPECT_FALSE(wifi->connected());
  EXPECT_TRUE(forgotten());
  EXPECT_FALSE(daemon->heard("SAVE_CONFIG")) << "what is in its file stays as it was";
  EXPECT_EQ(changes, 0) << "nothing changed by itself";
}

TEST_F(SupplicantTest, AnEndIsAStop) {
  join();
  wifi.reset();
  EXPECT_TRUE(forgotten());
}

TEST_F(SupplicantTest, JoinsAnOpenNetwork) {
  ASSERT_TRUE(wifi->configure("Lab", ""));
  join();
  EXPECT_TRUE(daemon->heard("SET_NETWORK 0 key_mgmt NONE"));
}

TEST_F(SupplicantTest, TellsAWrongPassword) {
  const std::string disabled = "CTRL-EVENT-SSID-TEMP-DISABLED id=";
  daemon->on_select = [&] {
    daemon->tell(disabled + "7 ssid=\"Other\" auth_failures=1 duration=10 reason=WRONG_KEY");
    daemon->tell(disabled + "0 ssid=\"Lab\" auth_failures=1 duration=10 reason=CONN_FAILED");
  };
  start();
  turn_until([&] { return daemon->heard("SELECT_NETWORK 0"); });
  turn_for(Millis{50});
  EXPECT_FALSE(answer) << "another's, and another reason";
  daemon->tell(disabled + "0 ssid=\"Lab\" auth_failures=2 duration=20 reason=WRONG_KEY");
  turn_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code, Errc::unauthenticated);
  EXPECT_EQ(answer->error().what.find("horse"), std::string::npos);
  EXPECT_TRUE(forgotten());
}

TEST_F(SupplicantTest, TellsThatANetworkIsNotInReach) {
  daemon->on_select = [&] { daemon->tell("CTRL-EVENT-NETWORK-NOT-FOUND "); };
  start();
  turn_until([&] { return daemon->heard("SELECT_NETWORK 0"); });
  turn_for(Millis{50});
  EXPECT_FALSE(answer) << "one scan may miss it";
  for (int scan = 1; scan < scans_without; ++scan) daemon->tell("CTRL-EVENT-NETWORK-NOT-FOUND ");
  turn_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().code, Errc::not_found);
  EXPECT_TRUE(forgotten());
}

TEST_F(SupplicantTest, ConfigureComesFirst) {
  make();
  EXPECT_EQ(refused(), Errc::conflict);
  EXPECT_EQ(wifi->configure("Lab", "short").error().code, Errc::malformed);
  EXPECT_EQ(wifi->configure("", "correct horse").error().code, Errc::malformed);
}

TEST_F(SupplicantTest, WaitsForAnAddress) {
  has_lease = false;
  daemon->on_select = [this] { daemon->connect(); };
  start();
  turn_until([&] { return daemon->heard("SELECT_NETWORK 0"); });
  turn_for(Millis{600});
  EXPECT_FALSE(answer);
  EXPECT_FALSE(wifi->connected());
  has_lease = true;
  turn_until([&] { return answer.has_value(); });
  EXPECT_TRUE(*answer);
  EXPECT_TRUE(wifi->connected());
}

TEST_F(SupplicantTest, GivenUpItSaysHowFarItCame) {
  has_lease = false;
  daemon->on_select = [this] { daemon->connect(); };
  start();
  turn_until([&] { return daemon->heard("SELECT_NETWORK 0"); });
  turn_for(Millis{50});
  wifi->stop();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, Errc::unavailable);
  EXPECT_NE(answer->error().what.find("no address came"), std::string::npos) << answer->error().what;
  EXPECT_TRUE(forgotten());
}

TEST_F(SupplicantTest, AnotherStartEndsTheOneBefore) {
  std::optional<Status> first;
  wifi->start([&](Status came) { first = std::move(came); });
  join();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->error().code, Errc::unavailable);
  turn_until([&] { return daemon->networks.size() == 1; });
}

TEST_F(SupplicantTest, EachCommandMayFail) {
  for (const char* word : {"ATTACH", "ADD_NETWORK", "SET_NETWORK", "SELECT_NETWORK"}) {
    daemon->say = {{word, "FAIL\n"}};
    EXPECT_EQ(refused(), Errc::unavailable) << word;
    EXPECT_NE(answer->error().what.find("FAIL"), std::string::npos) << word;
  }
  daemon->say.clear();
  daemon->networks.clear();  // of the ADD_NETWORK that it denied
  join();
}

TEST_F(SupplicantTest, GarbageIsNoAnswer) {
  for (const std::string& garbage : {std::string{"<"}, std::string(1, '\0'), std::string{"OK\nOK\n"},
                                     std::string(supplicant_message_bytes_max + 1, 'O')}) {
    daemon->say = {{"SET_NETWORK", garbage}};
    const Instant begun = clock.monotonic();
    EXPECT_EQ(refused(), Errc::unavailable);
    EXPECT_GE(clock.monotonic() - begun, supplicant_answer_timeout) << "nothing was understood";
    EXPECT_TRUE(forgotten());
    daemon->commands.clear();
  }
}

TEST_F(SupplicantTest, OneThatEndsInTheMiddleIsNotWaitedFor) {
  daemon->on_select = [this] { daemon->tell("CTRL-EVENT-TERMINATING "); };
  EXPECT_EQ(refused(), Errc::unavailable);
  EXPECT_NE(answer->error().what.find("has ended"), std::string::npos);
  daemon->on_select = [this] { loop->after(Millis{1}, [this] { daemon->end(); }); };
  const Instant begun = clock.monotonic();
  EXPECT_EQ(refused(), Errc::unavailable);
  EXPECT_LT(clock.monotonic() - begun, supplicant_looked_after_every + supplicant_answer_timeout) << "it is asked";
}

TEST_F(SupplicantTest, OneThatIsNotThereIsNamedWithTheNextStep) {
  daemon->end();
  EXPECT_EQ(refused(), Errc::unavailable);
  EXPECT_NE(answer->error().what.find("wpa_supplicant -B -i lo -C " + control), std::string::npos);
}

TEST_F(SupplicantTest, OneThatIsNotForUsIsNamedWithTheNextStep) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may do everything";
  std::filesystem::permissions(control, std::filesystem::perms::none);
  EXPECT_EQ(refused(), Errc::unavailable);
  EXPECT_NE(answer->error().what.find("usermod -aG netdev"), std::string::npos);
  std::filesystem::permissions(control, std::filesystem::perms::owner_all);
}

TEST_F(SupplicantTest, ANetworkThatGoesAndComesIsTold) {
  join();
  daemon->tell("CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:01 reason=3");
  turn_until([&] { return changes == 1; });
  EXPECT_FALSE(wifi->connected());
  for (int scan = 0; scan < 2 * scans_without; ++scan) daemon->tell("CTRL-EVENT-NETWORK-NOT-FOUND ");
  daemon->connect();
  turn_until([&] { return changes == 2; });
  EXPECT_TRUE(wifi->connected());
}

TEST_F(SupplicantTest, IsJoinedAgainWhenTheSupplicantIsStartedAnew) {
  join();
  daemon->end();
  turn_until([&] { return changes == 1; });
  EXPECT_FALSE(wifi->connected());
  daemon->start();
  turn_until([&] { return changes == 2; });
  EXPECT_TRUE(wifi->connected());
  wifi->stop();
  EXPECT_TRUE(forgotten());
}

TEST_F(SupplicantTest, ANetworkThatIsJustBeingAddedIsRemovedToo) {
  daemon->say = {{"ADD_NETWORK", std::nullopt}};
  start();
  turn_until([&] { return !daemon->networks.empty(); });
  daemon->say.clear();
  daemon->answer_late(
      std::filesystem::directory_iterator { place.file("wpa") } -> path().string(), "0\n");
  wifi->stop();  // before the loop has turned
  ASSERT_TRUE(answer);
  EXPECT_TRUE(forgotten());

  daemon->say = {{"ADD_NETWORK", std::nullopt}};
  start();
  turn_until([&] { return !daemon->networks.empty(); });
  const Instant begun = clock.monotonic();
  wifi->stop();
  EXPECT_LT(clock.monotonic() - begun, 4 * supplicant_farewell_max) << "nobody waits for long";
}

TEST_F(SupplicantTest, ASocketsNameHasASize) {
  const Interface lo = Interface::find("lo").value();
  const std::string slash = "/";
  const std::string fits = slash + std::string(socket_path_bytes_max - sizeof "//lo" + 1, 'x');
  EXPECT_TRUE(Supplicant::create(*loop, {lo, fits, place.path()}));
  EXPECT_EQ(Supplicant::create(*loop, {lo, fits + "x", place.path()}).error().code, Errc::too_large);
  EXPECT_EQ(Supplicant::create(*loop, {lo, control, fits}).error().code, Errc::too_large);
}

}  // namespace
}  // namespace signet::board
