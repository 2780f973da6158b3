// lane.h -- one loop on a thread of its own: its port, its hall, its sessions. It shares nothing with another lane but
// the port number, the registry's index and the desk.
#pragma once

#include "gateway/door.h"
#include "gateway/hall.h"
#include "gateway/ingest.h"
#include "gateway/posted_desk.h"

namespace signet::gateway {

// What all lanes of a gateway have in common. All must outlive them.
struct LaneShared {
  const Config& config;
  fleet::Fleet& fleet;
  Counter& counter;
  guard::Guard& guard;
  Clock& clock;
  const net::ServerIdentity& identity;  // only within create
  Ingest& ingest;
};

class Lane {
 public:
  // On the fleet's thread, as all of these. Listens at once, and serves from start() on. `port` 0: the system chooses.
  static Result<std::unique_ptr<Lane>> create(const LaneShared& shared, std::uint16_t port);
  ~Lane();  // stops
  void start();
  // Tells every device "server shutting down", and waits for the thread.
  void stop();
  std::uint16_t port() const;

 private:
  struct State;
  explicit Lane(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signet::gateway
