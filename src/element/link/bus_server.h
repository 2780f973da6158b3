// bus_server.h -- the bus on a unix socket: a poll loop around BusArbiter.
#pragma once

#include "element/link/bus_arbiter.h"
#include "element/link/unix_socket.h"

namespace signet::element {

class BusServer {
 public:
  // Device and clock must outlive the server. Errors are those of UnixListener::create.
  static Result<BusServer> create(const std::string& path, BusDevice& device, Clock& clock);

  // Serves until `stop_fd` is readable.
  Status run(int stop_fd);

 private:
  BusServer(UnixListener listener, BusDevice& device, Clock& clock)
      : listener_(std::move(listener)), arbiter_(device), clock_(clock) {}

  int poll_timeout();
  void accept_one();
  void receive_from(int fd);
  void perform(const BusArbiter::Actions& actions);

  UnixListener listener_;
  BusArbiter arbiter_;
  Clock& clock_;
  std::map<int, Fd> clients_;
};

}  // namespace signet::element
