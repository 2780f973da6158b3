#include "board/linux/link.h"

namespace signet::board {

Status Link::start() {
  started_ = interface_.has_carrier();
  if (started_) return {};
  return Error{Errc::not_found, "no cable is plugged in at " + interface_.name() +
                                    ", or the interface is down: ip link set " + interface_.name() + " up"};
}

Result<WifiInfo> Link::info() {
  if (!connected()) return Error{Errc::unavailable, "Ethernet is not connected"};
  return interface_.info();
}

}  // namespace signet::board
