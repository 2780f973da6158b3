#include "board/linux/system_network.h"

#include "base/log.h"

namespace signet::board {

SystemNetwork::~SystemNetwork() {
  if (timer_) loop_.cancel(*timer_);
}

Status SystemNetwork::configure(const std::string&, const std::string&) {
  log_info("wifi.left_to_the_system");
  return {};
}

void SystemNetwork::start(Started started) {
  wait_.begin(std::move(started));
  connected_ = false;
  look();
}

void SystemNetwork::look() {
  const bool was = std::exchange(connected_, default_route(files_).has_value());
  look_again();
  if (wait_.waits() && connected_) return wait_.settle({});
  if (!wait_.waits() && was != connected_) changed_();
}

void SystemNetwork::look_again() {
  if (timer_) loop_.cancel(*timer_);
  timer_ = loop_.after(network_looked_at_every, [this] {
    timer_.reset();
    look();
  });
}

void SystemNetwork::stop() {
  if (timer_) loop_.cancel(*timer_);
  timer_.reset();
  connected_ = false;
  wait_.settle(Error{Errc::unavailable,
                     "this computer has no way out: ip route shows no default route. nmcli, or systemd-networkd with "
                     "wpa_supplicant, joins a network"});
}

Result<WifiInfo> SystemNetwork::info() {
  const auto route = default_route(files_);
  if (!connected_ || !route) return Error{Errc::unavailable, "the network is not connected"};
  const Interface interface = TRY(Interface::find(route->interface, files_));
  return interface.info();
}

}  // namespace signet::board
