// A board, its Python program and a real gateway on one loop: what the program published is in the store once, whoever
// is cut off in between.
#include "board/board.h"
#include "board/element_for_test.h"
#include "board/fuses_for_test.h"
#include "board/jumper.h"
#include "board/virtual/radio.h"
#include "crypto/key_pem.h"
#include "fleet/memory_store_for_test.h"
#include "gateway/gateway.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <filesystem>
#include <fstream>

namespace signet {
namespace {

struct Console final : board::Console {
  std::string text;
  std::function<void(Bytes)> take = [](Bytes) {};
  void write(std::string_view lines) override { text += lines; }
  void on_input(std::function<void(Bytes)> call) override { take = std::move(call); }
};

class BoardStory : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/signet-story-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder = name;
    chip.personalise(factory);
    radio = board::VirtualRadio::create(folder, bytes_of("seed")).value();
    jumper = board::open_jumper("file", folder).value();
    const auto in =
        fleet.set_up(fleet.open_setup().value(), "ada@example.org", "correct horse battery", "here").value();
    workspace = in.workspace.id;
    const auto actor = fleet.authenticate(in.token, "here").value();
    device = fleet.create_device(actor, workspace, "pump", std::nullopt).value().id;
    fleet::Identity known;  // as after the import of a manifest and a claim
    known.fingerprint = identity::fingerprint(*chip.certificate);
    known.dcn = chip.certificate->subject_common_name;
    known.certificate = chip.certificate->der;
    known.not_before = chip.certificate->not_before;
    known.not_after = chip.certificate->not_after;
    known.state = fleet::IdentityState::claimed;
    known.device = device;
    const Status added = store.change([&](fleet::Changes& to) { return to.add_identity(known); });
    ASSERT_TRUE(added) << added.error().what;
    start_gateway();
  }
  void TearDown() override {
    board.reset();
    gateway.reset();
    loop.reset();
    std::filesystem::remove_all(folder);
  }
  void start_gateway() {
    net::ServerIdentity identity;
    identity.certificate_chain_pem = identity::pem("CERTIFICATE", server.der);
    identity.private_key_pem = crypto::export_private_key_pem(server_key);
    auto opened = gateway::Gateway::create(config, fleet, *loop, identity, folder);
    ASSERT_TRUE(opened) << opened.error().what;
    gateway = std::move(opened).value();
    config.listen_port = gateway->port();
  }
  void power_on(const std::string& program) {
    board.reset();                                           // as a power cut: nothing is told to anybody
    std::filesystem::create_directory(folder + "/program");  // its own: the program may read all of it
    std::ofstream{folder + "/program/main.py"} << program;
    const std::string packages = std::string{SIGNET_BIN_DIR} + "/../python";
    board::BoardConfig boot_config;
    boot_config.folder = folder;
    boot_config.name = "virtual";
    boot_config.model = "ATECC608B";
    boot_config.root = factory.root;
    boot_config.firmware = {{"/usr/bin/python3", "-I", "-B", packages + "/runner.py", folder + "/program/main.py"},
                            folder + "/firmware"};
    radio->stop();
    console.text.clear();
    auto made = board::Board::create(std::move(boot_config), {*loop, chip, fuses, console, *radio, *jumper, random});
    ASSERT_TRUE(made) << made.error().what;
    board = std::move(made).value();
    board->boot();
  }
  void claim() {
    const json::object request{{"id", 1},
                               {"do", "claim.install"},
                               {"host", "127.0.0.1"},
                               {"port", config.listen_port},
                               {"ca", identity::pem("CERTIFICATE", ca.der)},
                               {"device", device.str()},
                               {"receipt", "a.b.c"}};
    console.take(bytes_of("!" + json::serialize(request) + "\n"));
    ASSERT_NE(console.text.find(R"(!{"id":1,"ok":{}})"), std::string::npos) << console.text;
  }
  std::vector<fleet::DataRow> kept() {
    fleet::DataQuery query;
    query.workspace = workspace;
    query.newest_first = false;
    query.size = 100'000;
    return store.data(query).value();
  }
  void run_for(Millis time) {
    loop->after(time, [&] { loop->stop(); });
    loop->run();
  }
  void run_until(const std::function<bool()>& done) {
    const Instant fuse = clock.monotonic() + Seconds{60};
    while (!done() && clock.monotonic() < fuse) {
      loop->after(Millis{5}, [&] { loop->stop(); });
      loop->run();
    }
    ASSERT_TRUE(done()) << console.text;
  }

  SystemClock clock;
  crypto::SystemRandom random;
  fleet::MemoryStore_for_test store;
  fleet::Fleet fleet{store, clock, random, {"server", nullptr}, {.password_cost = crypto::cheap_password_for_test}};
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  board::Factory_for_test factory;
  board::SoftElement_for_test chip;
  board::Fuses_for_test fuses;
  crypto::PrivateKey ca_key = crypto::generate_private_key(random);
  crypto::PrivateKey server_key = crypto::generate_private_key(random);
  identity::Certificate ca =
      identity::issue_manager_ca(crypto::public_key_of(ca_key), "CA", clock.now(), board::signer_of(ca_key)).value();
  identity::Certificate server = identity::issue_server(crypto::public_key_of(server_key), {"127.0.0.1"}, ca,
                                                        clock.now(), board::signer_of(ca_key))
                                     .value();
  gateway::Config config{.listen_host = "127.0.0.1", .listen_port = 0};
  std::string folder;
  WorkspaceId workspace;
  DeviceId device;
  Console console;
  std::unique_ptr<gateway::Gateway> gateway;
  std::unique_ptr<board::Board> board;
  std::optional<board::VirtualRadio> radio;
  std::unique_ptr<board::Jumper> jumper;
};

constexpr const char* counts = R"(
from networking import wifi
from zdm import zdm
wifi.configure(ssid="Signet-Lab", password="correct horse battery")
wifi.start()
agent = zdm.Agent()
agent.start(wait_working=0)
os = __import__("os")
start = int(open("start").read()) if os.path.exists("start") else 0
for n in range(start, start + 60):
    agent.publish({"n": n}, "count")
    with open("start.new", "w") as file:
        file.write(str(n + 1))
    os.replace("start.new", "start")  # whole or not at all, whenever the power goes
print("published up to", start + 60)
while True:
    sleep(1000)
)";

TEST_F(BoardStory, WhatAProgramPublishesIsHeardOnceAndInOrder) {
  power_on(counts);
  claim();
  run_until([&] { return kept().size() == 60; });
  const auto rows = kept();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].reading.payload, "{\"n\":" + std::to_string(i) + "}");
    EXPECT_EQ(rows[i].reading.tag, "count");
  }
  EXPECT_NE(console.text.find("the board's clock is off by"), std::string::npos) << "#now was answered";
}

TEST_F(BoardStory, NothingIsLostOrDoubledWhenBoardAndGatewayAreCutAgainAndAgain) {
  power_on(counts);
  claim();
  constexpr int lives = 5;
  for (int life = 1; life < lives; ++life) {
    const std::size_t before = kept().size();
    run_until([&] { return kept().size() > before; });
    if (life % 2 == 0) {
      gateway.reset();
      run_for(Millis{50});  // its connections end on the loop
      start_gateway();
    }
    power_on(counts);  // the program goes on from its own count: what it was told is kept, it does not say again
  }
  const auto count_of = [&] {
    std::map<std::string, int> times;
    for (const auto& row : kept()) ++times[row.reading.payload];
    return times;
  };
  run_until([&] {
    const auto told = console.text.find("published up to ");
    return told != std::string::npos && count_of().size() >= std::stoul(console.text.substr(told + 16));
  });
  const auto times = count_of();
  int doubled = 0;
  for (std::size_t n = 0; n < times.size(); ++n) {
    const auto found = times.find("{\"n\":" + std::to_string(n) + "}");
    ASSERT_NE(found, times.end()) << n << " is lost";
    doubled += found->second - 1;
  }
  // A cut between publish() and the program's own note makes the program itself say one number again.
  EXPECT_LT(doubled, lives);
  const auto rows = kept();
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_LT(rows[i - 1].reading.device_time, rows[i].reading.device_time);
}

}  // namespace
}  // namespace signet
