// start_wait.h -- one answer to one Wifi::start, whichever comes first.
#pragma once

#include "board/ports.h"

namespace signet::board {

class StartWait {
 public:
  void begin(Wifi::Started started) {
    settle(Error{Errc::unavailable, "given up: Wi-Fi was started anew"});
    started_ = std::move(started);
  }
  // The caller's state is to be settled first: whoever is told may ask at once.
  void settle(Status outcome) {
    if (const auto started = std::exchange(started_, nullptr)) started(std::move(outcome));
  }
  bool waits() const { return started_ != nullptr; }

 private:
  Wifi::Started started_;
};

}  // namespace signet::board
