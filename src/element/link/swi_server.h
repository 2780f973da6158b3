// swi_server.h -- a single wire as a pseudo-terminal: a poll loop around SwiDevice. One host at a time opens path().
#pragma once

#include "base/port/file.h"
#include "element/link/swi_device.h"

namespace signet::element {

class SwiServer {
 public:
  // Device and clock must outlive the server.
  static Result<SwiServer> create(BusDevice& device, Clock& clock);

  const std::string& path() const { return path_; }  // "/dev/pts/7"
  // Serves until `stop_fd` is readable.
  Status run(int stop_fd);

 private:
  SwiServer(Fd wire, Fd host_end, std::string path, BusDevice& device, Clock& clock)
      : wire_(std::move(wire)),
        host_end_(std::move(host_end)),
        path_(std::move(path)),
        machine_(device),
        clock_(clock) {}

  Status hear();

  Fd wire_;
  Fd host_end_;  // held open: a host that closes the terminal does not hang up the wire
  std::string path_;
  SwiDevice machine_;
  Clock& clock_;
};

}  // namespace signet::element
