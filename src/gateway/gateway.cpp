#include "gateway/gateway.h"

#include "gateway/session.h"

namespace signet::gateway {
namespace {

constexpr Seconds sweep_every{1};

class LoopTurn final : public Turn {
 public:
  explicit LoopTurn(net::Loop& loop) : loop_(loop) {}
  Clock& clock() override { return loop_.clock(); }
  void at_turn_end(std::function<void()> run) override { loop_.at_turn_end(std::move(run)); }

 private:
  net::Loop& loop_;
};

net::ListenConfig listen_config(const Config& config) {
  net::ListenConfig listen;
  listen.host = config.listen_host;
  listen.port = config.listen_port;
  listen.handshake_timeout = config.handshake_timeout;
  listen.handshakes_max = config.handshakes_max;
  // Some more than sessions_max, so that one too many is told so in a CONNACK and a device can take its own place over.
  listen.connections_max = std::size_t{config.sessions_max} + config.handshakes_max;
  return listen;
}

}  // namespace

struct Gateway::State {
  State(const Config& config, fleet::Fleet& fleet, net::Loop& l)
      : loop(l), turn(l), hall(std::make_shared<Hall>(config, fleet, turn)) {}
  ~State() {
    loop.cancel(timer);
    listener.reset();
    hall->close_all();
  }
  void sweep_later() {
    timer = loop.after(sweep_every, [this] {
      hall->sweep();
      sweep_later();
    });
  }

  net::Loop& loop;
  LoopTurn turn;
  std::shared_ptr<Hall> hall;
  std::unique_ptr<net::TlsServer> tls;
  std::unique_ptr<net::Listener> listener;
  net::Loop::TimerId timer = 0;
};

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>> Gateway::create(const Config& config, fleet::Fleet& fleet, net::Loop& loop,
                                                 const net::ServerIdentity& identity) {
  auto state = std::make_unique<State>(config, fleet, loop);
  // A connection may outlive the gateway within the loop: it asks for a hall that may be gone.
  const std::weak_ptr<Hall> hall = state->hall;
  state->tls = TRY(net::TlsServer::create(identity, {"mqtt"}, [hall](Bytes leaf_der) -> Status {
    const auto open = hall.lock();
    if (!open) return Error{Errc::unavailable, "the gateway stops"};
    return open->judge(leaf_der);
  }));
  state->listener = TRY(net::Listener::create(
      loop, listen_config(config), *state->tls,
      [&hall_of = *state->hall]() -> std::shared_ptr<net::ConnectionEvents> { return hall_of.make_session(); }));
  state->sweep_later();
  return std::unique_ptr<Gateway>{new Gateway{std::move(state)}};
}

std::uint16_t Gateway::port() const { return state_->listener ? state_->listener->port() : 0; }
std::size_t Gateway::sessions() const { return state_->hall->sessions(); }

void Gateway::shut_down() {
  state_->listener.reset();
  state_->hall->close_all();
}

}  // namespace signet::gateway
