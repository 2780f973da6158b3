// bus_server.h -- the bus on a socket: a poll loop around BusArbiter.
#pragma once

#include "element/link/bus_arbiter.h"
#include "element/link/listener.h"

#include <poll.h>
#include <memory>

namespace signet::element {

class BusServer {
 public:
  // Device and clock must outlive the server.
  BusServer(std::unique_ptr<Listener> listener, BusDevice& device, Clock& clock)
      : listener_(std::move(listener)), arbiter_(device), clock_(clock) {}
  // On a unix socket. Errors are those of UnixListener::create.
  static Result<BusServer> create(const std::string& path, BusDevice& device, Clock& clock);

  // Serves until `stop_fd` is readable.
  Status run(int stop_fd);

 private:
  int poll_timeout();
  void accept_one();
  void receive_from(int fd);
  void finish_those_who_left();
  void perform(const BusArbiter::Actions& actions);

  std::unique_ptr<Listener> listener_;
  BusArbiter arbiter_;
  Clock& clock_;
  std::map<int, Fd> clients_;
};

}  // namespace signet::element
