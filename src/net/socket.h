// socket.h -- within net, and for board/dialler: addresses, and sockets in the state that the loop wants them:
// nonblocking, no delay.
#pragma once

#include "net/connection.h"

#include <sys/socket.h>

namespace signet::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
};

// "127.0.0.1:5004", "[::1]:5004"
std::string address_text(const Address& address);
// "HOST:PORT" for error texts.
std::string name_of(const std::string& host, std::uint16_t port);

// All addresses of `host`, best first. A name, not an address, is asked of the system, which may block.
Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port);

// 127.0.0.0/8, ::1 or "localhost".
bool is_loopback(const std::string& host);

// conflict, naming host and port, when the port is taken.
Result<Fd> open_listening_socket(const std::string& host, std::uint16_t port, PortSharing sharing = PortSharing::alone);
// For protocols that begin with the client: those who say nothing stay with the kernel for a second or so.
void keep_back_the_silent(int listening);
// Bytes wait to be read; or the peer has hung up.
bool has_spoken(int fd);
std::uint16_t port_of(int fd);

struct Accepted {
  Fd fd;
  Address peer;
};
// An empty Fd: nobody is waiting. exhausted: no descriptor or memory left for another.
Result<Accepted> accept_socket(int listening);

// Starts to connect; the socket becomes writable when that is decided.
Result<Fd> start_connecting(const Address& address);
// A UDP socket that sends to `address` and hears nobody else.
Result<Fd> open_datagrams(const Address& address);
// The decision.
Status connect_outcome(int fd, const Address& address);

}  // namespace signet::net
