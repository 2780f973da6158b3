#include "net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <cerrno>

namespace signet::net {
namespace {

constexpr int backlog = 4096;  // the kernel cuts it to somaxconn; a storm waits here, not in our memory

Error errno_error(int number, std::string_view doing, std::string_view what) {
  errno = number;
  return os_error(doing, what);
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

const sockaddr* raw(const Address& address) { return reinterpret_cast<const sockaddr*>(&address.storage); }
sockaddr* raw(Address& address) { return reinterpret_cast<sockaddr*>(&address.storage); }

}  // namespace

std::string name_of(const std::string& host, std::uint16_t port) {
  const std::string shown = host.find(':') == host.npos ? host : "[" + host + "]";
  return shown + ":" + std::to_string(port);
}

std::string address_text(const Address& address) {
  char host[INET6_ADDRSTRLEN] = "?";
  if (address.storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    return name_of(host, ntohs(v6.sin6_port));
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
  ::inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
  return name_of(host, ntohs(v4.sin_port));
}

Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed) return Error{Errc::unavailable, "look up " + host + ": " + ::gai_strerror(failed)};
  std::vector<Address> addresses;
  for (const addrinfo* each = found; each; each = each->ai_next) {
    if (each->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address& address = addresses.emplace_back();
    std::copy_n(reinterpret_cast<const std::uint8_t*>(each->ai_addr), each->ai_addrlen,
                reinterpret_cast<std::uint8_t*>(&address.storage));
    address.size = each->ai_addrlen;
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return Error{Errc::unavailable, "look up " + host + ": no address"};
  return addresses;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4;
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6;
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Result<Fd> open_listening_socket(const std::string& host, std::uint16_t port, PortSharing sharing) {
  const std::string name = name_of(host, port);
  const std::vector<Address> addresses = TRY(resolve(host, port));
  const Address& address = addresses.front();
  Fd fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return os_error("open a socket for", name);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  set_no_delay(fd.get());  // those that it accepts have it from the start
  const auto share = [&] { return ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0; };
  if (sharing == PortSharing::next && !share()) return os_error("share", name);
  // The first binds before it shares: a foreign program on this port, even one that would share it, is a conflict.
  if (::bind(fd.get(), raw(address), address.size) != 0 || (sharing == PortSharing::first && !share()) ||
      ::listen(fd.get(), backlog) != 0) {
    if (errno == EADDRINUSE) {
      return Error{Errc::conflict, "listen on " + name + ": another program has this port; stop it or choose another"};
    }
    return os_error("listen on", name);
  }
  return fd;
}

void keep_back_the_silent(int listening) {
  const int seconds = 1;  // of a SYN-ACK's retransmissions: then the kernel hands them over after all
  ::setsockopt(listening, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
}

bool has_spoken(int fd) {
  std::uint8_t byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != -1;
}

std::uint16_t port_of(int fd) {
  Address own;
  ENSURE(::getsockname(fd, raw(own), &own.size) == 0);
  if (own.storage.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(own.storage).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(own.storage).sin_port);
}

Result<Accepted> accept_socket(int listening) {
  for (;;) {
    Accepted accepted;
    accepted.fd = Fd{::accept4(listening, raw(accepted.peer), &accepted.peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (accepted.fd || errno == EAGAIN) return accepted;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return Error{Errc::exhausted, errno_error(errno, "accept a", "connection").what};
    }
    // Anything else is about one peer that gave up in the backlog (accept(2)): the next one may be well.
    if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO && errno != ENETDOWN && errno != EHOSTUNREACH &&
        errno != ENETUNREACH && errno != EPERM) {
      return os_error("accept a", "connection");
    }
  }
}

Result<Fd> start_connecting(const Address& address) {
  Fd fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return os_error("open a socket for", address_text(address));
  set_no_delay(fd.get());
  if (::connect(fd.get(), raw(address), address.size) != 0 && errno != EINPROGRESS) {
    return os_error("connect to", address_text(address));
  }
  return fd;
}

Result<Fd> open_datagrams(const Address& address) {
  Fd fd{::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd || ::connect(fd.get(), raw(address), address.size) != 0) {
    return os_error("open a socket for", address_text(address));
  }
  return fd;
}

Status connect_outcome(int fd, const Address& address) {
  int number = 0;
  socklen_t size = sizeof number;
  ENSURE(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) == 0);
  if (number == 0) return {};
  Error error = errno_error(number, "connect to", address_text(address));
  error.code = Errc::unavailable;
  return error;
}

}  // namespace signet::net
