#include "element/link/unix_link.h"

#include "element/link/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <cerrno>
#include <thread>

namespace signet::element {
namespace {

constexpr std::size_t count_min = 4;  // status, count and checksum
constexpr int wake_polls = 3;

Error gone(const std::string& path) {
  return Error{Errc::unavailable, "the secure element at " + path + " went away: is signet-element running?"};
}

}  // namespace

Result<std::unique_ptr<UnixLink>> UnixLink::open(const std::string& path) {
  Fd fd = TRY(connect_unix(path));
  return std::unique_ptr<UnixLink>{new UnixLink{path, std::move(fd)}};
}

Result<Buffer> UnixLink::receive(std::size_t size, Millis wait) {
  Buffer out(size);
  for (std::size_t have = 0; have < size;) {
    pollfd ready{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const int count = ::poll(&ready, 1, static_cast<int>(wait.count()));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return Error{Errc::unavailable, "the secure element at " + path_ + " does not answer"};
    const ssize_t got = ::recv(fd_.get(), out.data() + have, size - have, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return gone(path_);
    have += static_cast<std::size_t>(got);
  }
  return out;
}

Result<std::optional<Buffer>> UnixLink::transact_connected(const BusRequest& request, Millis wait) {
  const Buffer bytes = encode_bus(request);
  // A request is far smaller than a socket's buffer, and only one is ever under way.
  if (::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    return gone(path_);
  }
  const Buffer ack = TRY(receive(1, wait));
  if (!TRY(decode_bus_ack(ack[0]))) return std::optional<Buffer>{};
  return std::optional{TRY(receive(bus_answer_bytes(request), bus_answer_wait_max))};
}

// After a failure the two ends no longer agree where a request begins: only a new connection helps.
Result<std::optional<Buffer>> UnixLink::transact(const BusRequest& request, Millis wait) {
  if (!fd_) return gone(path_);
  auto answer = transact_connected(request, wait);
  if (!answer) fd_.close();
  return answer;
}

Result<bool> UnixLink::write(Bytes data) {
  const BusRequest request{.op = BusOp::write, .address = address_, .data = data};
  return TRY(transact(request, bus_answer_wait_max)).has_value();
}

Result<std::optional<Buffer>> UnixLink::read(std::size_t size) {
  return transact({.op = BusOp::read, .address = address_, .read_size = static_cast<std::uint16_t>(size)},
                  bus_answer_wait_max);
}

// False when no chip answers at this address. A chip that somebody left awake shows an old answer instead of its
// greeting: idle, and once more.
Result<bool> UnixLink::wake_at(std::uint8_t address) {
  address_ = address;
  for (int attempt = 0; attempt < 2; ++attempt) {
    TRY(transact({.op = BusOp::wake, .address = 0}, bus_lock_wait_max));
    std::optional<Buffer> greeting = TRY(read(wake_greeting.size()));
    for (int i = 0; !greeting && i < wake_polls; ++i) {
      std::this_thread::sleep_for(bus_poll_interval);
      greeting = TRY(read(wake_greeting.size()));
    }
    if (!greeting) return false;
    if (std::ranges::equal(*greeting, wake_greeting)) return true;
    if (attempt == 1) return Error{Errc::unavailable, "the secure element woke with " + hex(*greeting)};
    TRY(end_turn(word_address::idle));
  }
  return false;
}

Status UnixLink::wake() {
  if (!fd_) {
    auto again = connect_unix(path_);
    if (!again) return Error{Errc::unavailable, again.error().what};
    fd_ = std::move(again).value();
  }
  const std::uint8_t last = address_;
  if (TRY(wake_at(last))) return {};
  for (const std::uint8_t address : bus_addresses_factory) {
    if (address != last && TRY(wake_at(address))) return {};
  }
  address_ = last;
  return Error{Errc::unavailable, "no chip answers on the bus at " + path_ + " (tried 0x60, 0x35, 0x36)"};
}

// The chip refuses its address while it works; a reset of the read pointer is how to ask whether it is done.
Result<bool> UnixLink::poll_ready(Millis longest) {
  for (auto polls = longest / bus_poll_interval + 1; polls > 0; --polls) {
    if (TRY(write(Block<1>{word_address::reset}))) return true;
    std::this_thread::sleep_for(bus_poll_interval);
  }
  return false;
}

Result<Buffer> UnixLink::exchange(Bytes command_packet, Millis longest) {
  Buffer request{word_address::command};
  Writer{request}.bytes(command_packet);
  if (request.size() > bus_write_bytes_max) return Error{Errc::too_large, "longer than any command"};
  if (!TRY(write(request))) return Error{Errc::unavailable, "the chip does not take the command: it is asleep"};
  if (!TRY(poll_ready(longest))) {
    return Error{Errc::unavailable, "no answer within " + std::to_string(longest.count()) + " ms"};
  }
  const auto first = TRY(read(1));
  if (!first) return Error{Errc::unavailable, "the chip fell asleep before it answered"};
  Buffer response = *first;
  if (response[0] < count_min || response[0] > packet_bytes_max) return response;  // no packet: the driver's to judge
  const auto rest = TRY(read(response[0] - 1u));
  if (!rest) return Error{Errc::unavailable, "the chip fell asleep before it answered"};
  response.insert(response.end(), rest->begin(), rest->end());
  return response;
}

Status UnixLink::end_turn(std::uint8_t how) {
  TRY(write(Block<1>{how}));  // not acknowledged: it sleeps already
  return {};
}

}  // namespace signet::element
