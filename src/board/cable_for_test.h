// cable_for_test.h -- an Ethernet cable that a test puts in and pulls.
#pragma once

#include "board/ports.h"

namespace signet::board {

struct HandCable final : Ethernet {
  bool in = true, up = false;
  Status start() override {
    up = in;
    if (up) return {};
    return Error{Errc::not_found, "no cable"};
  }
  void stop() override { up = false; }
  bool started() const override { return up; }
  bool connected() override { return up && in; }
  Result<WifiInfo> info() override {
    if (!connected()) return Error{Errc::unavailable, "no"};
    return WifiInfo{true, "10.0.1.2", "m", "g", "d", "06"};
  }
};

}  // namespace signet::board
