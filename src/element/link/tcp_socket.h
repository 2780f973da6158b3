// tcp_socket.h -- a bus for hosts that speak TCP: "127.0.0.1:PORT" or "[::1]:PORT". The loopback and nothing else.
//
// A bus has no lock on its door: who reaches it uses the keys. A unix socket has file permissions; a TCP port admits
// every user of this machine.
#pragma once

#include "element/link/listener.h"

namespace signet::element {

class TcpListener final : public Listener {
 public:
  // Port 0 takes a free one. malformed: no such address. forbidden: an address that other machines reach.
  static Result<TcpListener> create(const std::string& address);

  int fd() const override { return fd_.get(); }
  Result<Fd> accept() const override;
  // "127.0.0.1:40312": where it listens indeed.
  std::string address() const;

 private:
  TcpListener(Fd fd, std::string host) : fd_(std::move(fd)), host_(std::move(host)) {}
  Fd fd_;
  std::string host_;
};

}  // namespace signet::element
