#include "element/link/socket_bus.h"

#include "element/link/unix_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <cerrno>
#include <memory>

namespace signet::element {
namespace {

constexpr Millis connect_wait_max{5'000};

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// One address, given up after connect_wait_max.
bool connect_in_time(int fd, const addrinfo& to) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(connect_wait_max.count())) != 1) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

Result<Fd> connect_tcp(const TcpPlace& place) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(place.host.c_str(), place.port.c_str(), &hints, &found); code != 0) {
    return Error{Errc::not_found, "tcp:" + place.host + ":" + place.port + ": " + ::gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, FreeAddresses> owned{found};
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Fd fd{::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, one->ai_protocol)};
    if (!fd || !connect_in_time(fd.get(), *one)) continue;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // many small requests, each awaited
    ::fcntl(fd.get(), F_SETFL, 0);
    return fd;
  }
  return Error{Errc::not_found, "no secure element at tcp:" + place.host + ":" + place.port +
                                    ": is signet-element --tcp running there?"};
}

}  // namespace

Result<TcpPlace> parse_tcp_place(std::string_view text) {
  const Error wrong{Errc::malformed, "tcp:" + std::string{text} + ": expected tcp:HOST:PORT, as tcp:127.0.0.1:7608"};
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return wrong;
  TcpPlace out{std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
  } else if (out.host.find(':') != out.host.npos) {
    return wrong;
  }
  const bool digits = std::ranges::all_of(out.port, [](char c) { return c >= '0' && c <= '9'; });
  if (out.host.empty() || out.port.empty() || out.port.size() > 5 || !digits) return wrong;
  if (const int port = std::stoi(out.port); port < 1 || port > 65535) return wrong;
  return out;
}

Result<std::unique_ptr<I2cBus>> SocketBus::open(std::string name, Connect connect, Millis answer_wait) {
  Fd fd = TRY(connect());
  return std::unique_ptr<I2cBus>{new SocketBus{std::move(name), std::move(connect), std::move(fd), answer_wait}};
}

Result<std::unique_ptr<I2cBus>> SocketBus::open_unix(const std::string& path, Millis answer_wait) {
  return open(
      path, [path] { return connect_unix(path); }, answer_wait);
}

Result<std::unique_ptr<I2cBus>> SocketBus::open_tcp(const TcpPlace& place) {
  return open(
      "tcp:" + place.host + ":" + place.port, [place] { return connect_tcp(place); }, bus_answer_wait_max);
}

Error SocketBus::gone() const {
  return Error{Errc::unavailable, "the secure element at " + name_ + " went away: is signet-element running?"};
}

Result<Buffer> SocketBus::receive(std::size_t size, Millis wait) {
  Buffer out(size);
  SystemClock clock;
  const Instant end = clock.monotonic() + wait;
  for (std::size_t have = 0; have < size;) {
    const Millis left = std::max(Millis{0}, std::chrono::ceil<Millis>(end - clock.monotonic()));
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(left.count()));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return Error{Errc::unavailable, "the secure element at " + name_ + " does not answer"};
    const ssize_t got = ::recv(fd_.get(), out.data() + have, size - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return gone();
    have += static_cast<std::size_t>(got);
  }
  return out;
}

Result<std::optional<Buffer>> SocketBus::transact_connected(const BusRequest& request, Millis wait) {
  const Buffer bytes = encode_bus(request);
  // A request is far smaller than a socket's buffer, and only one is ever under way.
  if (::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) return gone();
  const Buffer ack = TRY(receive(1, wait));
  if (!TRY(decode_bus_ack(ack[0]))) return std::optional<Buffer>{};
  return std::optional{TRY(receive(bus_answer_bytes(request), answer_wait_))};
}

// After a failure the two ends no longer agree where a request begins: only a new connection helps.
Result<std::optional<Buffer>> SocketBus::transact(const BusRequest& request, Millis wait) {
  if (!fd_) return gone();
  auto answer = transact_connected(request, wait);
  if (!answer) fd_.close();
  return answer;
}

Status SocketBus::take() {
  if (fd_) return {};
  auto again = connect_();
  if (!again) return Error{Errc::unavailable, again.error().what};
  fd_ = std::move(again).value();
  return {};
}

Status SocketBus::wake_pulse() {
  TRY(transact({.op = BusOp::wake, .address = 0}, bus_lock_wait_max));
  return {};
}

Result<bool> SocketBus::write(std::uint8_t address, Bytes data) {
  return TRY(transact({.op = BusOp::write, .address = address, .data = data}, answer_wait_)).has_value();
}

Result<std::optional<Buffer>> SocketBus::read(std::uint8_t address, std::size_t size) {
  return transact({.op = BusOp::read, .address = address, .read_size = static_cast<std::uint16_t>(size)}, answer_wait_);
}

}  // namespace signet::element
