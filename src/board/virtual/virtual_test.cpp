#include "board/virtual/cable.h"
#include "board/virtual/pty.h"
#include "board/virtual/radio.h"

#include "base/port/folder_for_test.h"
#include "net/turn_for_test.h"

#include <fcntl.h>
#include <unistd.h>

namespace signet::board {
namespace {

Status outcome_of(VirtualRadio& radio) {
  std::optional<Status> outcome;
  radio.start([&](Status came) { outcome = std::move(came); });
  EXPECT_TRUE(outcome) << "a virtual network is there or not, at once";
  return *outcome;
}

class VirtualTest : public testing::Test {
 protected:
  Folder_for_test place;
  const std::string folder = place.path();
};

TEST_F(VirtualTest, TheRadioHearsTheNetworksOfItsFile) {
  VirtualRadio radio = VirtualRadio::create(folder, bytes_of("seed")).value();
  EXPECT_EQ(outcome_of(radio).error().code, Errc::conflict);
  ASSERT_TRUE(radio.configure("Signet-Lab", "correct horse battery"));
  ASSERT_TRUE(outcome_of(radio));
  EXPECT_TRUE(radio.connected());
  EXPECT_EQ(radio.info().value().mac.size(), 17u);

  ASSERT_TRUE(radio.configure("Signet-Lab", "wrong horse"));
  EXPECT_EQ(outcome_of(radio).error().code, Errc::unauthenticated);
  EXPECT_FALSE(radio.connected());
  EXPECT_EQ(radio.info().error().code, Errc::unavailable);
  ASSERT_TRUE(radio.configure("Elsewhere", "correct horse battery"));
  EXPECT_EQ(outcome_of(radio).error().code, Errc::not_found);

  ASSERT_TRUE(write_file_atomic(folder + "/radio.conf", bytes_of("Elsewhere = correct horse battery\n"), 0600));
  EXPECT_TRUE(outcome_of(radio)) << "the file is read anew";
  EXPECT_FALSE(radio.configure("", "x"));
  EXPECT_FALSE(radio.configure(std::string(33, 's'), "x"));
  EXPECT_FALSE(radio.configure("s", std::string(65, 'p')));
}

TEST_F(VirtualTest, ARadioFileIsReadLineByLine) {
  const auto networks = parse_radio_conf("# comment\n\nA b = c = d\nOpen =\n");
  ASSERT_TRUE(networks);
  EXPECT_EQ(networks.value(), (std::map<std::string, std::string>{{"A b", "c = d"}, {"Open", ""}}));
  EXPECT_NE(parse_radio_conf("ok = x\nnonsense\n").error().what.find("line 2"), std::string::npos);
}

TEST_F(VirtualTest, TheCableIsInOrOutAsItsFileSays) {
  VirtualCable cable = VirtualCable::create(folder, bytes_of("seed")).value();
  EXPECT_FALSE(cable.connected()) << "not started";
  EXPECT_EQ(cable.info().error().code, Errc::unavailable);
  ASSERT_TRUE(cable.start());
  EXPECT_TRUE(cable.connected());
  EXPECT_EQ(cable.info().value().mac.size(), 17u);
  ASSERT_TRUE(write_file_atomic(folder + "/cable", bytes_of("out\n"), 0600));
  EXPECT_FALSE(cable.connected());
  EXPECT_TRUE(cable.started()) << "it goes on when the cable is in again";
  EXPECT_EQ(cable.start().error().code, Errc::not_found);
  ASSERT_TRUE(write_file_atomic(folder + "/cable", bytes_of("in\n"), 0600));
  EXPECT_FALSE(cable.connected()) << "a start that failed started nothing";
  ASSERT_TRUE(cable.start());
  cable.stop();
  EXPECT_FALSE(cable.connected());
}

TEST_F(VirtualTest, ARadioFileHasASize) {
  VirtualRadio radio = VirtualRadio::create(folder, bytes_of("seed")).value();
  ASSERT_TRUE(radio.configure("Open", ""));
  Buffer text = copy_of(bytes_of("Open =\n#"));
  text.resize(radio_conf_bytes_max, 'x');
  ASSERT_TRUE(write_file_atomic(folder + "/radio.conf", text, 0600));
  EXPECT_TRUE(outcome_of(radio));
  text.push_back('x');
  ASSERT_TRUE(write_file_atomic(folder + "/radio.conf", text, 0600));
  EXPECT_EQ(outcome_of(radio).error().code, Errc::too_large);
}

class PtyTest : public VirtualTest {
 protected:
  void SetUp() override {
    loop = net::Loop::create(clock).value();
    pty = Pty::create(*loop, folder).value();
    tool = Fd{::open((folder + "/console").c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK)};
    ASSERT_TRUE(tool);
  }
  std::string read_all() {
    std::string text;
    char chunk[4096];
    for (ssize_t got = ::read(tool.get(), chunk, sizeof chunk); got > 0;
         got = ::read(tool.get(), chunk, sizeof chunk)) {
      text.append(chunk, static_cast<std::size_t>(got));
    }
    return text;
  }
  void turn_until(const std::function<bool()>& done) { net::turn_until(*loop, done); }

  SystemClock clock;
  std::unique_ptr<net::Loop> loop;
  std::unique_ptr<Pty> pty;
  Fd tool;
};

TEST_F(PtyTest, CarriesBytesAsTheyAreBothWays) {
  std::string typed;
  pty->on_input([&](Bytes bytes) { typed += text_of(bytes); });
  const std::string request = "!{\"id\":1,\"do\":\"identify\"}\r\n\x03\x04";
  ASSERT_EQ(::write(tool.get(), request.data(), request.size()), static_cast<ssize_t>(request.size()));
  turn_until([&] { return typed.size() == request.size(); });
  EXPECT_EQ(typed, request) << "no echo, no editing";
  pty->write("answer\n");
  std::string text;
  turn_until([&] { return (text += read_all()).size() >= 7; });
  EXPECT_EQ(text, "answer\n");
}

TEST_F(PtyTest, ALongAnswerArrivesWhole) {
  const std::string line = std::string(30'000, 'x') + "\n";
  pty->write(line);
  std::string text;
  turn_until([&] { return (text += read_all()).size() >= line.size(); });
  EXPECT_EQ(text, line);
}

TEST_F(PtyTest, WhatNobodyReadsMakesRoomInWholeLines) {
  for (int i = 0; i < 20'000; ++i) pty->write("line " + std::to_string(i) + "\n");
  EXPECT_LE(pty->unread_bytes(), unread_bytes_max);
  std::string text;
  turn_until([&] { return (text += read_all()).ends_with("line 19999\n"); });
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    ASSERT_EQ(text.compare(at, 5, "line "), 0) << at;
}

TEST_F(PtyTest, ToolsComeAndGo) {
  tool.close();
  tool = Fd{::open((folder + "/console").c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK)};
  pty->write("still here\n");
  std::string text;
  turn_until([&] { return (text += read_all()).size() >= 11; });
  EXPECT_EQ(text, "still here\n");
  pty.reset();
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(folder + "/console")));
  pty = Pty::create(*loop, folder).value();
}

}  // namespace
}  // namespace signet::board
