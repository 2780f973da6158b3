// board_scene_for_test.h -- a whole board: its parts in memory, a person at its console, a real loop.
#pragma once

#include "board/board.h"

#include "base/port/folder_for_test.h"
#include "board/cable_for_test.h"
#include "board/element_for_test.h"
#include "board/fuses_for_test.h"
#include "identity/claim.h"
#include "net/turn_for_test.h"

#include <gtest/gtest.h>

namespace signet::board {

struct FakeConsole final : Console {
  std::vector<std::string> lines;
  std::function<void(Bytes)> take = [](Bytes) {};
  void write(std::string_view text) override {
    for (std::size_t end = 0; !text.empty(); text.remove_prefix(end + 1)) {
      end = text.find('\n');
      lines.emplace_back(text.substr(0, end));
    }
  }
  void on_input(std::function<void(Bytes)> call) override { take = std::move(call); }
};

struct AnyWifi final : Wifi {
  bool up = false;
  Status configure(const std::string&, const std::string&) override { return {}; }
  void start(Started started) override {
    up = true;
    started({});
  }
  void stop() override { up = false; }
  bool connected() const override { return up; }
  Result<WifiInfo> info() override { return WifiInfo{}; }
  void on_change(std::function<void()> call) override { changed = std::move(call); }
  std::function<void()> changed;
};

struct HandJumper final : Jumper {
  bool set = false;
  bool is_set() override { return set; }
  std::string how() const override { return "by hand"; }
};

// Real time, but another day.
struct OffClock final : Clock {
  SystemClock real;
  Timestamp wall = year_2026 + Seconds{86'400};
  Timestamp now() override { return wall; }
  Instant monotonic() override { return real.monotonic(); }
};

class BoardTest : public testing::Test {
 protected:
  void boot(const std::string& script = "exec cat <&3", bool with_root = true) {
    board.reset();
    console.lines.clear();
    BoardConfig config;
    config.folder = folder;
    config.name = "test";
    config.model = "ATECC608B";
    config.release = "0";
    if (with_root) config.root = factory.root;
    config.firmware = {{"/bin/bash", "-c", script}, folder + "/firmware"};
    auto made = Board::create(std::move(config), {*loop, chip, fuses, console, wifi, jumper, random, &ethernet});
    ASSERT_TRUE(made) << made.error().what;
    board = std::move(made).value();
    board->boot();
  }
  void turn_until(const std::function<bool()>& done) { net::turn_until(*loop, done); }
  bool printed(const std::string& part) const {
    return std::any_of(console.lines.begin(), console.lines.end(),
                       [&](const std::string& line) { return line.find(part) != line.npos; });
  }
  // Types one request; the member "ok" of the answer, or {"code": ...} of the refusal.
  json::object ask(json::object request) {
    request["id"] = ++id;
    console.take(bytes_of("!" + json::serialize(request) + "\n"));
    const auto answer = parse_json_object(std::string_view{console.lines.back()}.substr(1)).value();
    EXPECT_EQ(answer.at("id").as_int64(), id);
    if (answer.contains("ok")) return answer.at("ok").as_object();
    return {{"code", answer.at("error").at("code")}, {"message", answer.at("error").at("message")}};
  }
  json::object claim_of(const std::string& device) const {
    const std::string ca = identity::pem("CERTIFICATE", factory.root.der);
    return {{"do", "claim.install"}, {"host", "127.0.0.1"}, {"port", 9}, {"ca", ca},
            {"device", device},      {"receipt", "a.b.c"}};
  }
  identity::ClaimStatement statement() {
    identity::ClaimStatement s;
    s.server = std::string(64, 'a');
    s.account = "acc-000000000001";
    s.workspace = "wks-000000000001";
    s.device = "dev-000000000001";
    s.dcn = element::dcn_of(chip.uid().value());
    s.expiry = year_2026 + Seconds{300};
    return s;
  }

  OffClock clock;
  Factory_for_test factory;
  SoftElement_for_test chip;
  Fuses_for_test fuses;
  FakeConsole console;
  AnyWifi wifi;
  HandJumper jumper;
  HandCable ethernet;
  crypto::SeededRandom_for_test random{2};
  Folder_for_test place;
  const std::string folder = place.path();
  std::unique_ptr<net::Loop> loop = net::Loop::create(clock).value();
  std::unique_ptr<Board> board;
  std::int64_t id = 0;
};

}  // namespace signet::board
