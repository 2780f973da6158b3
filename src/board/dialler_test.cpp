#include "board/dialler.h"

#include "net/turn_for_test.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace signet::board {
namespace {

class DiallerTest : public testing::Test {
 protected:
  void SetUp() override {
    loop = net::Loop::create(clock).value();
    listening = net::open_listening_socket("127.0.0.1", 0, net::PortSharing::alone).value();
    here.port = net::port_of(listening.get());
  }
  void allow(const std::string& reach) {
    dialler =
        std::make_unique<Dialler>(*loop, DialRules::parse(reach).value(), [this](std::uint32_t id, Result<Fd> got) {
          ids.push_back(id);
          outcomes.push_back(std::move(got));
        });
  }
  void turn_until(const std::function<bool()>& done) { net::turn_until(*loop, done); }

  SystemClock clock;
  std::unique_ptr<net::Loop> loop;
  std::unique_ptr<Dialler> dialler;
  Fd listening;
  Dial here{"127.0.0.1", 0, false};
  std::vector<std::uint32_t> ids;
  std::vector<Result<Fd>> outcomes;
};

TEST_F(DiallerTest, HandsOverAConnectionThatIsOpen) {
  allow("127.0.0.1");
  ASSERT_TRUE(dialler->dial(7, here));
  EXPECT_TRUE(ids.empty()) << "never at once";
  turn_until([&] { return !ids.empty(); });
  ASSERT_TRUE(outcomes[0]) << outcomes[0].error().what;
  EXPECT_EQ(ids[0], 7u);
  const net::Accepted other = net::accept_socket(listening.get()).value();
  ASSERT_EQ(::write(other.fd.get(), "hello", 5), 5);
  char text[5] = {};
  ssize_t got = -1;
  turn_until([&] { return got == 5 || (got = ::read(outcomes[0].value().get(), text, 5)) == 5; });
  EXPECT_EQ((std::string{text, 5}), "hello");
}

TEST_F(DiallerTest, ASocketOfDatagramsSendsToItsPeer) {
  allow("127.0.0.1");
  here.datagrams = true;
  ASSERT_TRUE(dialler->dial(1, here));
  turn_until([&] { return !ids.empty(); });
  ASSERT_TRUE(outcomes[0]);
  EXPECT_EQ(::write(outcomes[0].value().get(), "x", 1), 1);
}

TEST_F(DiallerTest, WhereTheRulesDoNotLeadNobodyIsAsked) {
  allow("example.org");
  EXPECT_EQ(dialler->dial(1, here).error().code, Errc::forbidden);
  allow("any localhost");
  ASSERT_TRUE(dialler->dial(2, {"localhost", here.port, false}));
  turn_until([&] { return !ids.empty(); });
  ASSERT_FALSE(outcomes[0]);
  EXPECT_EQ(outcomes[0].error().code, Errc::forbidden) << "a name that leads to this machine";
}

TEST_F(DiallerTest, AHostThatRefusesIsTold) {
  allow("127.0.0.1");
  listening.close();
  ASSERT_TRUE(dialler->dial(1, here));
  turn_until([&] { return !ids.empty(); });
  EXPECT_FALSE(outcomes[0]);
}

TEST_F(DiallerTest, NoMoreThanSoManyAtOnce) {
  allow("127.0.0.1");
  for (std::uint32_t id = 1; id <= dials_max; ++id) ASSERT_TRUE(dialler->dial(id, here));
  EXPECT_EQ(dialler->dial(dials_max + 1, here).error().code, Errc::exhausted);
  turn_until([&] { return ids.size() == dials_max; });
  EXPECT_TRUE(dialler->dial(99, here));
  turn_until([&] { return ids.size() == dials_max + 1; });
}

TEST_F(DiallerTest, WhatWasGivenUpIsNotToldNorTakenForALaterOneOfTheSameId) {
  allow("127.0.0.1");
  ASSERT_TRUE(dialler->dial(1, here));
  EXPECT_EQ(dialler->dial(1, here).error().code, Errc::conflict);
  dialler->forget();
  here.datagrams = true;
  ASSERT_TRUE(dialler->dial(1, here));
  turn_until([&] { return !ids.empty(); });
  for (int turn = 0; turn < 20; ++turn) {
    loop->after(Millis{1}, [&] { loop->stop(); });
    loop->run();
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_FALSE(net::accept_socket(listening.get()).value().fd) << "the first was never made";
}

TEST_F(DiallerTest, GoesWhileANameIsLookedUp) {
  allow("127.0.0.1");
  ASSERT_TRUE(dialler->dial(1, here));
  dialler.reset();
  for (int turn = 0; turn < 20; ++turn) {
    loop->after(Millis{1}, [&] { loop->stop(); });
    loop->run();
  }
  EXPECT_TRUE(ids.empty());
}

}  // namespace
}  // namespace signet::board
