// turn.h -- what the gateway's rooms need of the loop, so that tests decide when a turn ends.
#pragma once

#include "base/clock.h"

#include <functional>

namespace signet::gateway {

struct Turn {
  virtual ~Turn() = default;
  virtual Clock& clock() = 0;
  virtual void at_turn_end(std::function<void()> run) = 0;          // once
  virtual void after(Micros delay, std::function<void()> run) = 0;  // the same
};

}  // namespace signet::gateway
