#include "element/link/bus_server.h"

#include "base/log.h"
#include "element/link/unix_socket.h"

#include <sys/socket.h>
#include <cerrno>

namespace signet::element {
namespace {

// Room for the longest answer: who does not read it is cut, and nobody waits for him.
constexpr int send_buffer_bytes = 256 * 1024;
static_assert(send_buffer_bytes > static_cast<int>(bus_read_bytes_max));
constexpr std::size_t receive_bytes = 16 * 1024;

}  // namespace

Result<BusServer> BusServer::create(const std::string& path, BusDevice& device, Clock& clock) {
  return BusServer{std::make_unique<UnixListener>(TRY(UnixListener::create(path))), device, clock};
}

int BusServer::poll_timeout() {
  const auto due = arbiter_.due();
  if (!due) return -1;
  const auto left = std::chrono::ceil<Millis>(*due - clock_.monotonic());
  return static_cast<int>(std::max<Millis::rep>(left.count(), 0));
}

void BusServer::accept_one() {
  auto fd = listener_->accept();
  if (!fd) return;  // it went away again, or descriptors are short: the next turn tells
  const int id = fd.value().get();
  ::setsockopt(id, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
  if (const Status taken = arbiter_.on_connect(id); !taken) {
    return log_warn("element.host_refused", {{"why", taken.error().what}});
  }
  clients_.emplace(id, std::move(fd).value());
}

void BusServer::receive_from(int fd) {
  std::uint8_t bytes[receive_bytes];
  const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) return perform(arbiter_.on_bytes(fd, {bytes, static_cast<std::size_t>(got)}));
  clients_.erase(fd);
  perform(arbiter_.on_disconnect(fd));
}

void BusServer::perform(const BusArbiter::Actions& actions) {
  for (const auto& [who, why] : actions.closes) {
    log_warn("element.host_cut", {{"why", why.what}});
    clients_.erase(who);
  }
  for (const auto& [to, bytes] : actions.sends) {
    const auto client = clients_.find(to);
    if (client == clients_.end()) continue;
    const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(bytes.size())) continue;
    clients_.erase(client);  // it does not read what it asked for
    perform(arbiter_.on_disconnect(to));
  }
}

// A host may connect anew before it closes its old connection, and speak at once: it finds the old one gone, for
// whoever has hung up by now is heard to the end first.
void BusServer::finish_those_who_left() {
  std::vector<pollfd> watched;
  for (const auto& [fd, owner] : clients_) watched.push_back({fd, POLLRDHUP, 0});
  if (::poll(watched.data(), watched.size(), 0) <= 0) return;
  for (const pollfd& one : watched) {
    while (one.revents != 0 && clients_.contains(one.fd)) receive_from(one.fd);
  }
}

Status BusServer::run(int stop_fd) {
  for (;;) {
    std::vector<pollfd> watched{{stop_fd, POLLIN, 0}, {listener_->fd(), POLLIN, 0}};
    for (const auto& [fd, owner] : clients_) watched.push_back({fd, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), poll_timeout()) < 0 && errno != EINTR)
      return os_error("wait on", "the bus");
    if (watched[0].revents != 0) return {};
    finish_those_who_left();
    for (std::size_t i = 2; i < watched.size(); ++i) {
      if (watched[i].revents != 0 && clients_.contains(watched[i].fd)) receive_from(watched[i].fd);
    }
    if (watched[1].revents != 0) accept_one();  // last: a new client may get the number of one that went
    perform(arbiter_.on_time());
  }
}

}  // namespace signet::element
