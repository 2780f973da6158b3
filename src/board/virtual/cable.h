// cable.h -- a virtual board's Ethernet: its cable is in or out, as FOLDER/cable says: a line "in" or "out".
#pragma once

#include "board/ports.h"

namespace signet::board {

class VirtualCable final : public Ethernet {
 public:
  // Makes the file when there is none: the cable is in.
  static Result<VirtualCable> create(const std::string& folder, Bytes mac_seed);

  Status start() override;
  void stop() override { started_ = false; }
  bool started() const override { return started_; }
  bool connected() override;  // reads the file anew: a cable is pulled at any time
  Result<WifiInfo> info() override;

 private:
  VirtualCable(std::string file, std::string mac) : file_(std::move(file)), mac_(std::move(mac)) {}
  bool is_in() const;

  std::string file_;
  std::string mac_;
  bool started_ = false;
};

}  // namespace signet::board
