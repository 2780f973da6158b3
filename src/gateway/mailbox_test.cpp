#include "gateway/mailbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

using testing::ElementsAre;

class MailboxTest : public testing::Test {
 protected:
  void run_until_taken(std::size_t calls) {
    awaited_ = calls;
    loop_->run();
  }
  std::vector<std::vector<int>> taken_;
  SystemClock clock_;
  std::unique_ptr<net::Loop> loop_ = net::Loop::create(clock_).value();
  std::size_t awaited_ = 0;
  std::unique_ptr<Mailbox<int>> box_ = Mailbox<int>::create(*loop_, [this](std::vector<int> items) {
                                         taken_.push_back(std::move(items));
                                         if (taken_.size() == awaited_) loop_->stop();
                                       }).value();
};

TEST_F(MailboxTest, WhatWasPutBeforeTheTurnIsTakenAtOnce) {
  box_->put(1);
  box_->put(2);
  run_until_taken(1);
  EXPECT_THAT(taken_, ElementsAre(ElementsAre(1, 2)));
}

TEST_F(MailboxTest, WhoCanWaitWaitsForCompany) {
  box_->put(1, Millis{20});
  loop_->after(Millis{2}, [&] { box_->put(2, Millis{20}); });
  run_until_taken(1);
  EXPECT_THAT(taken_, ElementsAre(ElementsAre(1, 2)));
  box_->put(3, Millis{1});
  run_until_taken(2);
  EXPECT_THAT(taken_.back(), ElementsAre(3));
}

TEST_F(MailboxTest, WhoCannotWaitTakesTheOthersAlong) {
  const Instant start = clock_.monotonic();
  box_->put(1, Seconds{600});
  loop_->after(Millis{2}, [&] { box_->put(2); });
  run_until_taken(1);
  EXPECT_THAT(taken_, ElementsAre(ElementsAre(1, 2)));
  EXPECT_LT(clock_.monotonic() - start, Seconds{300});
}

TEST_F(MailboxTest, WhoeverComesByMayEmptyItBefore) {
  box_->put(1, Seconds{600});
  awaited_ = 2;
  box_->empty();
  EXPECT_THAT(taken_, ElementsAre(ElementsAre(1)));
  box_->put(2);
  run_until_taken(2);
  EXPECT_THAT(taken_, ElementsAre(ElementsAre(1), ElementsAre(2)));
}

}  // namespace
}  // namespace signet::gateway
