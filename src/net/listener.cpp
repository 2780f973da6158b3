#include "net/listener.h"

#include "base/log.h"
#include "net/socket.h"
#include "net/stream_connection.h"

namespace signet::net {
namespace {

// Finishes handshakes that were begun before it begins more, and leaves the rest in the kernel's backlog: in a storm
// the first ones are served at once instead of all being served last.
class Port : public std::enable_shared_from_this<Port> {
 public:
  Port(Loop& loop, Fd fd, const ListenConfig& config, MakeStream make_stream, MakeOwner make_owner)
      : loop_(loop),
        fd_(std::move(fd)),
        config_(config),
        make_stream_(std::move(make_stream)),
        make_owner_(std::move(make_owner)) {}

  Status start() {
    return loop_.watch(fd_.get(), Ready::read, [weak = weak_from_this()](Ready) {
      if (const auto self = weak.lock()) self->accept_all();
    });
  }
  void stop() {
    loop_.unwatch(fd_.get());
    fd_.close();
  }
  std::uint16_t port() const { return port_of(fd_.get()); }

 private:
  struct Place final : Admission {
    explicit Place(std::weak_ptr<Port> p) : port(std::move(p)) {}
    ~Place() override {
      handshake_over();
      if (const auto owner = port.lock()) {
        --owner->connections_;
        owner->update();
      }
    }
    void handshake_over() override {
      const auto owner = port.lock();
      if (!owner || !std::exchange(shaking, false)) return;
      --owner->handshakes_;
      owner->update();
    }
    std::weak_ptr<Port> port;
    bool shaking = true;
  };

  bool has_room() const {
    return !resting_ && handshakes_ < config_.handshakes_max && connections_ < config_.connections_max;
  }

  void update() {
    if (!fd_) return;
    Status changed = loop_.change(fd_.get(), has_room() ? Ready::read : Ready::none);
    if (!changed) log_error("net.listen", {{"error", changed.error().what}});
  }

  void accept_all() {
    while (fd_ && has_room()) {
      Result<Accepted> accepted = accept_socket(fd_.get());
      if (!accepted) {
        rest(accepted.error());
        break;
      }
      if (!accepted.value().fd) break;
      admit(std::move(accepted).value());
    }
    update();
  }

  void admit(Accepted accepted) {
    ++handshakes_;
    ++connections_;
    auto place = std::make_unique<Place>(weak_from_this());
    auto stream = make_stream_(accepted.fd.get());
    if (!stream) return log_error("net.accept", {{"error", stream.error().what}});
    const auto connection = std::make_shared<StreamConnection>(loop_, make_owner_(), std::move(place));
    connection->start_deadline(config_.handshake_timeout);
    connection->begin(std::move(accepted.fd), std::move(stream).value(), address_text(accepted.peer));
  }

  void rest(const Error& why) {
    log_warn("net.accept_rests", {{"error", why.what}, {"connections", connections_}});
    resting_ = true;
    loop_.after(accept_rest, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->resting_ = false;
        self->update();
      }
    });
  }

  Loop& loop_;
  Fd fd_;
  ListenConfig config_;
  MakeStream make_stream_;
  MakeOwner make_owner_;
  std::size_t handshakes_ = 0;
  std::size_t connections_ = 0;
  bool resting_ = false;
};

class PortListener final : public Listener {
 public:
  explicit PortListener(std::shared_ptr<Port> port) : port_(std::move(port)), number_(port_->port()) {}
  ~PortListener() override { port_->stop(); }
  std::uint16_t port() const override { return number_; }

 private:
  std::shared_ptr<Port> port_;
  std::uint16_t number_;
};

}  // namespace

Result<std::unique_ptr<Listener>> listen(Loop& loop, const ListenConfig& config, MakeStream make_stream,
                                         MakeOwner make_owner) {
  Fd fd = TRY(open_listening_socket(config.host, config.port));
  const auto port = std::make_shared<Port>(loop, std::move(fd), config, std::move(make_stream), std::move(make_owner));
  TRY(port->start());
  return std::unique_ptr<Listener>{std::make_unique<PortListener>(port)};
}

Result<std::unique_ptr<Listener>> Listener::create(Loop& loop, const ListenConfig& config, TlsServer& tls,
                                                   std::function<std::shared_ptr<ConnectionEvents>()> make_owner) {
  return listen(loop, config, tls_streams(tls), std::move(make_owner));
}

}  // namespace signet::net
