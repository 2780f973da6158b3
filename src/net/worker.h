// worker.h -- a thread for what takes its time: one job after the other, and no more than so many that wait.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace signet::net {

class Worker {
 public:
  explicit Worker(std::size_t jobs_max);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();                             // ends the job that runs, drops those that wait
  bool post(std::function<void()> job);  // from any thread; false: too many wait

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::size_t jobs_max_;
  bool stopping_ = false;
  std::thread thread_;  // started last
};

}  // namespace signet::net
