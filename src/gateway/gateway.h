// gateway.h -- where devices come in: mutual TLS, then MQTT, then the fleet.
//
//   const auto gateway = TRY(Gateway::create(config, fleet, loop, identity));
//
// Everything happens on the loop's thread, which is also the fleet's. Destroy it before the fleet and the loop, when
// the loop does not run: live sessions are told "server shutting down".
#pragma once

#include "fleet/fleet.h"
#include "gateway/config.h"
#include "net/connection.h"

#include <memory>

namespace signet::gateway {

class Gateway {
 public:
  // conflict, naming host and port, when the port is taken. Becomes the fleet's Observer.
  static Result<std::unique_ptr<Gateway>> create(const Config& config, fleet::Fleet& fleet, net::Loop& loop,
                                                 const net::ServerIdentity& identity);
  ~Gateway();

  std::uint16_t port() const;
  std::size_t sessions() const;  // devices connected now
  void shut_down();              // closes the port; tells every device "server shutting down"; cannot be undone

 private:
  struct State;
  explicit Gateway(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::gateway
