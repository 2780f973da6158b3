// link.h -- Ethernet at an interface of this computer. Its address comes from the system, at any time after the start.
#pragma once

#include "board/linux/interface.h"

namespace signet::board {

class Link final : public Ethernet {
 public:
  explicit Link(Interface interface) : interface_(std::move(interface)) {}

  Status start() override;
  void stop() override { started_ = false; }
  bool started() const override { return started_; }
  bool connected() override { return started_ && interface_.has_carrier() && interface_.has_address(); }
  Result<WifiInfo> info() override;

 private:
  Interface interface_;
  bool started_ = false;
};

}  // namespace signet::board
