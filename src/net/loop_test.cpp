#include "net/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <thread>

namespace signet::net {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    ENSURE(::pipe(ends) == 0);
    read = Fd{ends[0]};
    write = Fd{ends[1]};
  }
  void fill() { ENSURE(::write(write.get(), "x", 1) == 1); }
  void drain() {
    char c;
    ENSURE(::read(read.get(), &c, 1) == 1);
  }
  Fd read, write;
};

struct LoopTest : testing::Test {
  ManualClock clock{Timestamp{}};
  std::unique_ptr<Loop> loop = Loop::create(clock).value();
  std::string order;
};

TEST_F(LoopTest, ATurnGoesFromDescriptorsToAfterTurn) {
  Pipe pipe;
  pipe.fill();
  loop->after_turn([&] { order += " after-turn"; });
  loop->at_turn_end([&] {
    order += " turn-end";
    loop->after_turn([&] { order += " acknowledged"; });
  });
  ASSERT_TRUE(loop->post([&] { order += " post"; }));
  loop->after(Micros{0}, [&] { order += " timer"; });
  ASSERT_TRUE(loop->watch(pipe.read.get(), Ready::read, [&](Ready ready) {
    EXPECT_EQ(ready, Ready::read);
    pipe.drain();
    order += "descriptor";
    loop->stop();
  }));
  loop->run();
  EXPECT_EQ(order, "descriptor timer post turn-end after-turn acknowledged");
  loop->unwatch(pipe.read.get());
}

TEST_F(LoopTest, WhatIsClosedAfterItsUnwatchIsNotToldOfAndItsNumberIsFree) {
  Pipe pipe;
  const int number = pipe.read.get();
  const auto told = [&](Ready) { order += "old"; };
  ASSERT_TRUE(loop->watch(number, Ready::read, told));
  pipe.fill();
  loop->unwatch_before_close(number);
  pipe.read.close();
  Pipe next;
  ASSERT_EQ(next.read.get(), number);
  next.fill();
  ASSERT_TRUE(loop->watch(number, Ready::read, [&](Ready) {
    order += "new";
    loop->stop();
  }));
  loop->run();
  EXPECT_EQ(order, "new");
  loop->unwatch(number);
}

TEST_F(LoopTest, WorkAddedToItsOwnListWaitsForTheNextTurn) {
  loop->at_turn_end([&] {
    order += "a";
    loop->at_turn_end([&] {
      order += "c";
      loop->stop();
    });
    loop->after_turn([&] { order += "b"; });
  });
  loop->run();
  EXPECT_EQ(order, "abc");
}

TEST_F(LoopTest, TimersRunInOrderOfTimeAndACancelledOneDoesNot) {
  const auto never = loop->after(Millis{2}, [&] { order += "never "; });
  loop->after(Millis{3}, [&] {
    order += "3";
    loop->stop();
  });
  loop->after(Millis{1}, [&] {
    order += "1 ";
    loop->cancel(never);
    loop->cancel(never);
  });
  clock.advance(Millis{5});
  loop->run();
  EXPECT_EQ(order, "1 3");
}

TEST_F(LoopTest, ATimerWaitsForRealTime) {
  SystemClock real;
  const auto timed = Loop::create(real).value();
  const Instant start = real.monotonic();
  timed->after(Millis{20}, [&] { timed->stop(); });
  timed->run();
  EXPECT_GE(real.monotonic() - start, Millis{20});
}

TEST_F(LoopTest, UnwatchInACallbackSilencesTheOtherReadyDescriptorToo) {
  Pipe a, b;
  a.fill();
  b.fill();
  int calls = 0;
  const auto once = [&, alive = std::make_shared<int>(7)](Ready) {
    ++calls;
    loop->unwatch(a.read.get());
    loop->unwatch(b.read.get());
    EXPECT_EQ(*alive, 7);  // the callback outlives its own unwatch
    loop->stop();
  };
  ASSERT_TRUE(loop->watch(a.read.get(), Ready::read, once));
  ASSERT_TRUE(loop->watch(b.read.get(), Ready::read, once));
  loop->run();
  EXPECT_EQ(calls, 1);
}

TEST_F(LoopTest, ADescriptorThatTakesTheNumberOfAnotherGetsNoneOfItsEvents) {
  Pipe a, b;
  a.fill();
  b.fill();
  int reused_calls = 0;
  Fd reused, kept_open;
  const auto replace = [&](Pipe& other) {
    return [&](Ready) {
      const int number = other.read.get();
      loop->unwatch(number);
      Pipe fresh;  // nothing to read
      reused = Fd{::dup2(fresh.read.get(), number)};
      other.read.release();
      ASSERT_TRUE(loop->watch(number, Ready::read, [&](Ready) { ++reused_calls; }));
      kept_open = std::move(fresh.write);  // no hang-up either
      loop->unwatch(a.read ? a.read.get() : b.read.get());
      loop->stop();
    };
  };
  ASSERT_TRUE(loop->watch(a.read.get(), Ready::read, replace(b)));
  ASSERT_TRUE(loop->watch(b.read.get(), Ready::read, replace(a)));
  loop->run();
  EXPECT_EQ(reused_calls, 0);
  loop->unwatch(reused.get());
}

TEST_F(LoopTest, OtherThreadsPostAndStop) {
  int count = 0;
  std::thread other{[&] {
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(loop->post([&] { ++count; }));
    EXPECT_TRUE(loop->post([&] { loop->stop(); }));
  }};
  loop->run();
  other.join();
  EXPECT_EQ(count, 1000);
}

TEST_F(LoopTest, PostsAreBounded) {
  for (std::size_t i = 0; i < Loop::posts_max; ++i) ASSERT_TRUE(loop->post([] {}));
  const Status refused = loop->post([] {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exhausted);
  loop->at_turn_end([&] { loop->stop(); });
  loop->run();
  EXPECT_TRUE(loop->post([] {}));
}

TEST_F(LoopTest, TellsOfABrokenDescriptorEvenWhenNothingWasAsked) {
  Pipe pipe;
  pipe.write.close();
  ASSERT_TRUE(loop->watch(pipe.read.get(), Ready::none, [&](Ready ready) {
    EXPECT_EQ(ready, Ready::read_write);
    loop->stop();
  }));
  loop->run();
  loop->unwatch(pipe.read.get());
}

TEST_F(LoopTest, StopBeforeRunEndsIt) {
  loop->stop();
  loop->run();
}

}  // namespace
}  // namespace signet::net
