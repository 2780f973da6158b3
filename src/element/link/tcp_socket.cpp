#include "element/link/tcp_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace signet::element {
namespace {

constexpr int tcp_backlog = 16;

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::string host;

  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&storage); }
};

Error no_address(const std::string& text) {
  return Error{Errc::malformed,
               "\"" + text + "\" is no address: write 127.0.0.1:PORT or [::1]:PORT; port 0 takes a free one"};
}

Result<Endpoint> parse(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon + 1 == text.size()) return no_address(text);
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return no_address(text);

  Endpoint out;
  out.host = text.substr(0, colon);
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  bool loopback = false;
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    if (::inet_pton(AF_INET6, out.host.substr(1, out.host.size() - 2).c_str(), &v6.sin6_addr) != 1)
      return no_address(text);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out.size = sizeof v6;
    loopback = std::memcmp(&v6.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
  } else {
    if (::inet_pton(AF_INET, out.host.c_str(), &v4.sin_addr) != 1) return no_address(text);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.size = sizeof v4;
    loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  if (loopback) return out;
  return Error{Errc::forbidden, text +
                                    ": a bus has no lock on its door, so it is served to this machine alone: use "
                                    "127.0.0.1:PORT, and a tunnel (ssh -L) for a host elsewhere"};
}

}  // namespace

Result<TcpListener> TcpListener::create(const std::string& address) {
  Endpoint endpoint = TRY(parse(address));
  Fd fd{::socket(endpoint.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return os_error("make", "a socket");
  const int on = 1;  // a port whose last server has just ended is free
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), endpoint.generic(), endpoint.size) != 0) return os_error("serve at", address);
  if (::listen(fd.get(), tcp_backlog) != 0) return os_error("listen at", address);
  return TcpListener{std::move(fd), endpoint.host};
}

std::string TcpListener::address() const {
  Endpoint found;
  found.size = sizeof found.storage;
  ENSURE(::getsockname(fd_.get(), found.generic(), &found.size) == 0);
  // The port stands at the same place for both families.
  return host_ + ":" + std::to_string(ntohs(reinterpret_cast<const sockaddr_in&>(found.storage).sin_port));
}

Result<Fd> TcpListener::accept() const {
  Fd fd{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fd) return os_error("accept at", host_);
  const int on = 1;  // answers are small and waited for
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

}  // namespace signet::element
