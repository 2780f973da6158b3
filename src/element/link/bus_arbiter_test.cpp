#include "element/link/bus_arbiter.h"

#include <gtest/gtest.h>

namespace signet::element {
namespace {

// A chip that only knows whether it is awake, and keeps one volatile number.
struct Sleeper final : BusDevice {
  void wake_pulse() override {
    wakes += !awake;
    awake = true;
  }
  bool write(std::uint8_t, Bytes data) override {
    if (!awake && is_wake_by_zeros({.op = BusOp::write, .address = 0x60, .data = data})) return wake_pulse(), false;
    if (!awake) return false;
    if (data[0] == word_address::idle) awake = false;
    if (data[0] == word_address::command) secret = data[1], answer_waits = true;
    return true;
  }
  std::optional<Buffer> read(std::uint8_t, std::size_t size) override {
    if (!awake) return std::nullopt;
    answer_waits = false;
    return Buffer(size, static_cast<std::uint8_t>(secret));
  }
  std::optional<Instant> awake_until() override { return awake ? std::optional{Instant{Seconds{9}}} : std::nullopt; }
  void end_turn(bool forget) override {
    awake = false;
    if (forget) secret = 0;
  }
  bool is_answer_waiting() override { return answer_waits; }

  bool awake = false;
  bool answer_waits = false;
  int wakes = 0;
  int secret = 0;
};

class Bus : public testing::Test {
 protected:
  // "1:01 2:0107" : who was answered what, and "1:cut".
  std::string text(const BusArbiter::Actions& actions) {
    std::string out;
    for (const auto& send : actions.sends) out += std::to_string(send.to) + ":" + hex(send.bytes) + " ";
    for (const auto& close : actions.closes) out += std::to_string(close.who) + ":cut ";
    return out;
  }
  std::string wake(int who) { return text(bus.on_bytes(who, encode_bus({.op = BusOp::wake, .address = 0}))); }
  std::string write(int who, Buffer data) {
    return text(bus.on_bytes(who, encode_bus({.op = BusOp::write, .data = data})));
  }
  std::string read(int who) { return text(bus.on_bytes(who, encode_bus({.op = BusOp::read, .read_size = 1}))); }
  void connect(int who) { ASSERT_TRUE(bus.on_connect(who)); }

  Sleeper chip;
  BusArbiter bus{chip};
};

TEST_F(Bus, IsHeldFromWakeToIdle) {
  connect(1), connect(2), connect(3);
  EXPECT_EQ(wake(1), "1:01 ");
  EXPECT_EQ(wake(2), "") << "waits";
  EXPECT_EQ(read(3), "3:00 ") << "who does not hold the bus hears nothing";
  EXPECT_EQ(wake(3), "");
  EXPECT_EQ(write(1, {3, 7}), "1:01 ");
  EXPECT_EQ(read(1), "1:0107 ");
  EXPECT_EQ(write(1, {2}), "1:01 2:01 ") << "the next in line has it at once";
  EXPECT_EQ(write(2, {2}), "2:01 3:01 ");
  EXPECT_EQ(write(3, {2}), "3:01 ");
  EXPECT_FALSE(bus.due());
}

TEST_F(Bus, KeepsVolatileStateForOneHostAndDropsItForAnother) {
  connect(1);
  wake(1), write(1, {3, 7}), write(1, {2}), wake(1);
  EXPECT_EQ(read(1), "1:0107 ") << "idle kept it";
  write(1, {2});
  connect(2);
  wake(2);
  EXPECT_EQ(read(2), "2:0100 ");
}

TEST_F(Bus, ADisconnectionIsNoPowerCycleAndFreesTheBus) {
  connect(1), connect(2);
  wake(1), write(1, {3, 7});
  EXPECT_EQ(wake(2), "");
  EXPECT_EQ(text(bus.on_disconnect(1)), "2:01 ");
  EXPECT_EQ(read(2), "2:0107 ");
}

TEST_F(Bus, AHostThatConnectsAnewGoesOnWhereTheLastOneStopped) {
  connect(1);
  wake(1), write(1, {3, 7});
  bus.on_disconnect(1);
  connect(2);
  EXPECT_EQ(read(2), "2:0107 ") << "awake is awake, with no wake of its own";
  EXPECT_TRUE(bus.due()) << "and who speaks holds the bus";
  connect(3);
  EXPECT_EQ(read(3), "3:00 ");
  EXPECT_EQ(write(2, {2}), "2:01 ");
  EXPECT_EQ(read(2), "2:00 ") << "idle";
}

TEST_F(Bus, AWakeAfterADisconnectionShowsAGreetingUnlessAnAnswerWaits) {
  connect(1);
  wake(1), write(1, {3, 7});
  bus.on_disconnect(1);
  connect(2);
  EXPECT_EQ(wake(2), "2:01 ");
  EXPECT_EQ(chip.wakes, 1) << "a pulse while awake does nothing: the answer is not lost";
  read(2);
  bus.on_disconnect(2);
  connect(3);
  EXPECT_EQ(wake(3), "3:01 ");
  EXPECT_EQ(chip.wakes, 2);
  EXPECT_EQ(read(3), "3:0107 ") << "idle kept the volatile state";
}

TEST_F(Bus, ZerosWakeAsTheKernelsDriverDoes) {
  connect(1), connect(2);
  EXPECT_EQ(read(1), "1:00 ") << "asleep";
  EXPECT_EQ(write(1, {2}), "1:00 ");
  EXPECT_FALSE(bus.due());
  EXPECT_EQ(write(1, {0, 0}), "1:00 ") << "not acknowledged, and yet";
  EXPECT_TRUE(bus.due());
  EXPECT_EQ(read(1), "1:0100 ");
  EXPECT_EQ(read(2), "2:00 ") << "it holds the bus as after a WAKE";
  write(1, {3, 7}), write(1, {2});
  EXPECT_EQ(write(2, {0}), "2:00 ");
  EXPECT_EQ(read(2), "2:0100 ") << "and the other host's state is gone";
}

TEST_F(Bus, TheWatchdogFreesTheBus) {
  connect(1), connect(2);
  wake(1);
  ASSERT_TRUE(bus.due());
  EXPECT_EQ(wake(2), "");
  EXPECT_EQ(text(bus.on_time()), "") << "not yet";
  chip.awake = false;
  EXPECT_EQ(text(bus.on_time()), "2:01 ");
}

TEST_F(Bus, AWaiterThatLeavesIsForgotten) {
  connect(1), connect(2), connect(3);
  wake(1), wake(2), wake(3);
  EXPECT_EQ(text(bus.on_disconnect(2)), "");
  EXPECT_EQ(write(1, {2}), "1:01 3:01 ");
}

TEST_F(Bus, TakesARequestInPieces) {
  connect(1);
  const Buffer request = encode_bus({.op = BusOp::wake, .address = 0});
  for (std::size_t i = 0; i + 1 < request.size(); ++i) {
    EXPECT_EQ(text(bus.on_bytes(1, Bytes{request}.subspan(i, 1))), "");
  }
  EXPECT_EQ(text(bus.on_bytes(1, Bytes{request}.last(1))), "1:01 ");
}

TEST_F(Bus, CutsAHostThatMakesNoSense) {
  connect(1), connect(2);
  wake(1);
  EXPECT_EQ(wake(2), "");
  EXPECT_EQ(text(bus.on_bytes(1, Buffer{9, 9, 9, 9})), "2:01 1:cut ");
  const Buffer flood(bus_request_bytes_max, 0);
  connect(3);
  EXPECT_EQ(wake(3), "") << "waits for 2, and its four bytes with it";
  EXPECT_EQ(text(bus.on_bytes(3, flood)), "3:cut ");
}

TEST_F(Bus, HasRoomForSoManyHosts) {
  for (int i = 0; i < static_cast<int>(bus_clients_max); ++i) connect(i);
  EXPECT_EQ(bus.on_connect(99).error().code, Errc::exhausted);
  bus.on_disconnect(5);
  EXPECT_TRUE(bus.on_connect(99));
}

}  // namespace
}  // namespace signet::element
