// gateway.h -- where devices come in: mutual TLS, then MQTT, then the fleet.
//
//   const auto gateway = TRY(Gateway::create(config, fleet, fleet_loop, identity, data_folder));
//
// What devices say is durable in the folder's `ingest` when it is acknowledged, and moved into the fleet's store soon
// after; the fleet's answers about data wait for it. Its file `bans` holds the guard's bans over a restart. Devices are
// served by `loops` threads of its own (docs/decisions/0024). All calls come from the fleet's thread, where
// `fleet_loop` runs: whoever comes and goes is told to the fleet there. Destroy it before the fleet and the loop: live
// sessions are told "server shutting down".
#pragma once

#include "fleet/fleet.h"
#include "gateway/config.h"
#include "guard/guard.h"
#include "net/connection.h"

#include <memory>

namespace signet::gateway {

struct IngestFigures {
  std::uint64_t backlog_bytes = 0;   // acknowledged, and not in the store yet
  std::uint64_t accepted_bytes = 0;  // acknowledged, since the logs began
};

class Gateway {
 public:
  // conflict, naming host and port, when the port is taken. Becomes the fleet's Observer.
  static Result<std::unique_ptr<Gateway>> create(const Config& config, fleet::Fleet& fleet, net::Loop& fleet_loop,
                                                 const net::ServerIdentity& identity, const std::string& folder);
  ~Gateway();

  std::uint16_t port() const;
  guard::Guard& guard();         // who may knock; for any thread
  Status save_bans();            // its bans are durable when this returns; without it, they are within seconds
  std::size_t sessions() const;  // devices that are in
  IngestFigures ingest_figures() const;
  void shut_down();  // closes the port; tells every device "server shutting down"; cannot be undone

 private:
  struct State;
  explicit Gateway(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::gateway
