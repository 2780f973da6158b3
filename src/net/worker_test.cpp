#include "net/worker.h"

#include <gtest/gtest.h>
#include <future>

namespace signet::net {
namespace {

TEST(WorkerTest, RunsJobsInTurnOnAThreadOfItsOwn) {
  std::promise<std::thread::id> first, second;
  Worker worker{8};
  EXPECT_TRUE(worker.post([&] { first.set_value(std::this_thread::get_id()); }));
  EXPECT_TRUE(worker.post([&] { second.set_value(std::this_thread::get_id()); }));
  const std::thread::id there = first.get_future().get();
  EXPECT_EQ(there, second.get_future().get());
  EXPECT_NE(there, std::this_thread::get_id());
}

TEST(WorkerTest, TakesNoMoreThanSoManyThatWaitAndGoesOnWhenOneIsDone) {
  std::promise<void> begun, go;
  Worker worker{2};
  ASSERT_TRUE(worker.post([&, wait = go.get_future().share()] {
    begun.set_value();
    wait.wait();
  }));
  begun.get_future().wait();  // it runs, and does not wait any more
  std::promise<void> done;
  EXPECT_TRUE(worker.post([] {}));
  EXPECT_TRUE(worker.post([&] { done.set_value(); }));
  EXPECT_FALSE(worker.post([] {})) << "two wait";
  go.set_value();
  done.get_future().wait();
  EXPECT_TRUE(worker.post([] {}));
}

}  // namespace
}  // namespace signet::net
