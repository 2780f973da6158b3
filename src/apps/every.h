// every.h -- what a program does again and again on its loop.
#pragma once

#include "net/loop.h"

namespace signet {

// Calls again and again until it is gone.
class Every {
 public:
  Every(net::Loop& loop, Micros interval, std::function<void()> run)
      : loop_(loop), interval_(interval), run_(std::move(run)) {
    again();
  }
  Every(const Every&) = delete;
  Every& operator=(const Every&) = delete;
  ~Every() { loop_.cancel(timer_); }

 private:
  void again() {
    timer_ = loop_.after(interval_, [this] {
      run_();
      again();
    });
  }
  net::Loop& loop_;
  Micros interval_;
  std::function<void()> run_;
  net::Loop::TimerId timer_ = 0;
};

}  // namespace signet
