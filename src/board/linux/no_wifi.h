// no_wifi.h -- the Wi-Fi of a board that has none.
#pragma once

#include "board/ports.h"

namespace signet::board {

class NoWifi final : public Wifi {
 public:
  Status configure(const std::string&, const std::string&) override { return none(); }
  void start(Started started) override { started(none()); }
  void stop() override {}
  bool connected() const override { return false; }
  Result<WifiInfo> info() override { return none(); }
  void on_change(std::function<void()>) override {}

 private:
  static Error none() { return {Errc::unavailable, "this board has no Wi-Fi: its profile says wifi = none"}; }
};

}  // namespace signet::board
