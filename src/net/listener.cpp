#include "net/listener.h"

#include "base/log.h"
#include "net/socket.h"
#include "net/stream_connection.h"

#include <list>

namespace signet::net {
namespace {

constexpr std::size_t accepts_a_turn = 64;  // then the connections that are there have their turn

// Finishes handshakes that were begun before it begins more, and leaves the rest in the kernel's backlog: in a storm
// the first ones are served at once instead of all being served last. That is for peers that answer at once: who is
// slow, far away, or silent on purpose soon waits beside that queue and not in it.
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
  struct Place;
  using Places = std::list<Place*>;  // the longest there first

  // A handshake is prompt until it has taken handshake_patience, then slow, then over.
  struct Place final : Admission {
    Place(std::weak_ptr<Port> p, Instant at) : port(std::move(p)), since(at) {}
    ~Place() override {
      handshake_over();
      if (const auto owner = port.lock()) {
        --owner->connections_;
        owner->update();
      }
    }
    void handshake_over() override {
      const auto owner = port.lock();
      if (!owner || !room) return;
      std::exchange(room, nullptr)->erase(here);
      owner->update();
    }
    void enter(Places& to) { room = &to, here = to.insert(to.end(), this); }
    void move_to(Places& to) { to.splice(to.end(), *std::exchange(room, &to), here); }

    std::weak_ptr<Port> port;
    std::weak_ptr<StreamConnection> connection;
    Instant since;
    Places* room = nullptr;  // none: over
    Places::iterator here;
  };

  bool has_room() const {
    return !resting_ && prompt_.size() < config_.handshakes_max && connections_ < config_.connections_max;
  }

  void update() {
    if (!fd_) return;
    if (prompt_.size() >= config_.handshakes_max) wait_for_slow_ones();
    Status changed = loop_.change(fd_.get(), has_room() ? Ready::read : Ready::none);
    if (!changed) log_error("net.listen", {{"error", changed.error().what}});
  }

  void accept_all() {
    for (std::size_t i = 0; i < accepts_a_turn && fd_ && has_room(); ++i) {
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
    const std::string peer = address_text(accepted.peer);
    std::shared_ptr<ConnectionEvents> owner = make_owner_(peer);
    if (!owner) return;
    auto stream = make_stream_(accepted.fd.get());
    if (!stream) return log_error("net.accept", {{"error", stream.error().what}});
    ++connections_;
    auto owned = std::make_unique<Place>(weak_from_this(), loop_.clock().monotonic());
    Place& place = *owned;
    place.enter(has_spoken(accepted.fd.get()) ? prompt_ : slow_);
    const auto connection = std::make_shared<StreamConnection>(loop_, std::move(owner), std::move(owned));
    place.connection = connection;
    connection->start_deadline(config_.handshake_timeout);
    connection->begin(std::move(accepted.fd), std::move(stream).value(), peer);
    shed_slow_ones();
  }

  // When all prompt places are taken, those who have them too long must not keep the others out.
  void wait_for_slow_ones() {
    if (std::exchange(waits_for_slow_ones_, true)) return;
    const Micros left = prompt_.front()->since + config_.handshake_patience - loop_.clock().monotonic();
    loop_.after(std::max(left, Micros{0}), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->find_slow_ones();
    });
  }

  void find_slow_ones() {
    waits_for_slow_ones_ = false;
    const Instant late = loop_.clock().monotonic() - config_.handshake_patience;
    while (!prompt_.empty() && prompt_.front()->since <= late) prompt_.front()->move_to(slow_);
    shed_slow_ones();
    update();
  }

  void shed_slow_ones() {
    while (slow_.size() > config_.slow_handshakes_max) {
      const auto connection = slow_.front()->connection.lock();
      slow_.front()->handshake_over();
      if (connection) connection->finish(Error{Errc::exhausted, "slow_handshakes_max others are as slow"});
    }
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
  Places prompt_, slow_;
  std::size_t connections_ = 0;
  bool resting_ = false;
  bool waits_for_slow_ones_ = false;
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
  Fd fd = TRY(open_listening_socket(config.host, config.port, config.sharing));
  keep_back_the_silent(fd.get());
  const auto port = std::make_shared<Port>(loop, std::move(fd), config, std::move(make_stream), std::move(make_owner));
  TRY(port->start());
  return std::unique_ptr<Listener>{std::make_unique<PortListener>(port)};
}

Result<std::unique_ptr<Listener>> Listener::create(Loop& loop, const ListenConfig& config, TlsServer& tls,
                                                   MakeOwner make_owner) {
  return listen(loop, config, tls_streams(tls), std::move(make_owner));
}

}  // namespace signet::net
