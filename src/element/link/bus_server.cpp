#include "element/link/bus_server.h"

#include "base/log.h"

#include <poll.h>
#include <sys/socket.h>
#include <cerrno>

namespace signet::element {

Result<BusServer> BusServer::create(const std::string& path, BusDevice& device, Clock& clock) {
  return BusServer{TRY(UnixListener::create(path)), device, clock};
}

int BusServer::poll_timeout() {
  const auto due = arbiter_.due();
  if (!due) return -1;
  const auto left = std::chrono::ceil<Millis>(*due - clock_.monotonic());
  return static_cast<int>(std::max<Millis::rep>(left.count(), 0));
}

void BusServer::accept_one() {
  auto fd = listener_.accept();
  if (!fd) return;  // it went away again, or descriptors are short: the next turn tells
  const int id = fd.value().get();
  if (const Status taken = arbiter_.on_connect(id); !taken) {
    return log_warn("element.host_refused", {{"why", taken.error().what}});
  }
  clients_.emplace(id, std::move(fd).value());
}

void BusServer::receive_from(int fd) {
  std::uint8_t bytes[bus_request_bytes_max];
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

Status BusServer::run(int stop_fd) {
  for (;;) {
    std::vector<pollfd> watched{{stop_fd, POLLIN, 0}, {listener_.fd(), POLLIN, 0}};
    for (const auto& [fd, owner] : clients_) watched.push_back({fd, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), poll_timeout()) < 0 && errno != EINTR)
      return os_error("wait on", "the bus");
    if (watched[0].revents != 0) return {};
    for (std::size_t i = 2; i < watched.size(); ++i) {
      if (watched[i].revents != 0 && clients_.contains(watched[i].fd)) receive_from(watched[i].fd);
    }
    if (watched[1].revents != 0) accept_one();  // last: a new client may get the number of one that went
    perform(arbiter_.on_time());
  }
}

}  // namespace signet::element
