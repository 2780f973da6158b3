#include "gateway/lane.h"

#include "base/log.h"
#include "gateway/download.h"
#include "gateway/session.h"

#include <thread>

namespace signet::gateway {
namespace {

constexpr Seconds sweep_every{1};

class LoopTurn final : public Turn {
 public:
  explicit LoopTurn(net::Loop& loop) : loop_(loop) {}
  Clock& clock() override { return loop_.clock(); }
  void at_turn_end(std::function<void()> run) override { loop_.at_turn_end(std::move(run)); }
  void after(Micros delay, std::function<void()> run) override { loop_.after(delay, std::move(run)); }

 private:
  net::Loop& loop_;
};

net::ListenConfig listen_config(const Config& config, std::uint16_t port, bool first) {
  net::ListenConfig listen;
  listen.host = config.listen_host;
  listen.port = port;
  listen.sharing = first ? net::PortSharing::first : net::PortSharing::next;
  listen.handshake_timeout = config.handshake_timeout;
  listen.handshakes_max = config.handshakes_max;
  // Some more than sessions_max, so that one too many is told so in a CONNACK and a device can take its own place over;
  // and the kernel does not deal the connections out evenly.
  const std::size_t share = std::size_t{config.sessions_max} / config.loops;
  listen.connections_max = share + share / 4 + config.handshakes_max;
  return listen;
}

}  // namespace

struct Lane::State {
  explicit State(const LaneShared& shared)
      : config(shared.config),
        door(
            shared.guard, shared.clock,
            [this, &clock = shared.clock](const std::string& peer, const Error& why) {
              // A ban of one address is no news while others are banned: the audit has each, and counts what is too
              // many.
              if (const auto more = bans_told.pass("", clock.monotonic()))
                log_warn("gateway.banned", {{"address", peer}, {"why", why.what}, {"more", *more}});
              if (hall) hall->refused(peer, peer, why);
            },
            [this]() -> std::shared_ptr<net::ConnectionEvents> { return hall ? hall->make_download() : nullptr; }) {}

  Status open(const LaneShared& shared, std::uint16_t port);
  void sweep_later() {
    timer = loop->after(sweep_every, [this] {
      hall->sweep();
      sweep_later();
    });
  }
  void close() {  // on the loop's thread, or when there is none
    loop->cancel(timer);
    listener.reset();
    hall->close_all();
  }

  const Config& config;
  fleet::Suppressor bans_told;
  Door door;
  std::unique_ptr<net::Loop> loop;
  std::unique_ptr<LoopTurn> turn;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<PostedDesk> desk;
  std::shared_ptr<Hall> hall;
  std::unique_ptr<net::TlsServer> tls;
  std::unique_ptr<net::Listener> listener;
  net::Loop::TimerId timer = 0;
  std::thread thread;
};

Status Lane::State::open(const LaneShared& shared, std::uint16_t port) {
  loop = TRY(net::Loop::create(shared.clock));
  turn = std::make_unique<LoopTurn>(*loop);
  const fleet::Index* index = TRY(shared.fleet.index());
  gate = std::make_unique<IndexGate>(index->reader(), shared.clock);
  desk = TRY(PostedDesk::create(shared.counter, *loop,
                                [this](std::vector<Answer> answers) { hall->give_all(std::move(answers)); }));
  store::LogWriter& log = shared.ingest.writer(desk->number());
  hall = std::make_shared<Hall>(config, *gate, *desk, desk->number(), log, *turn);
  // A connection may outlive the hall within the loop: it asks for a hall that may be gone.
  const std::weak_ptr<Hall> weak = hall;
  const net::JudgePeer judge = [weak](Bytes leaf_der) -> Status {
    const auto open = weak.lock();
    if (!open) return Error{Errc::unavailable, "the gateway stops"};
    return open->judge(leaf_der);
  };
  tls = TRY(net::TlsServer::create(shared.identity, {"mqtt", http_protocol}, judge, tls_options(config)));
  listener = TRY(net::Listener::create(
      *loop, listen_config(config, port, desk->number() == 0), *tls,
      [this](const std::string& peer) { return door.let_in(peer, [this] { return hall->make_session(); }); }));
  sweep_later();
  return {};
}

Lane::Lane(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Lane>> Lane::create(const LaneShared& shared, std::uint16_t port) {
  auto state = std::make_unique<State>(shared);
  TRY(state->open(shared, port));
  return std::unique_ptr<Lane>{new Lane{std::move(state)}};
}

Lane::~Lane() {
  stop();
  state_->hall.reset();  // before the desk that it may still ask
  state_->desk.reset();
  state_->loop.reset();  // with the connections that are left, whose sessions ask nobody any more
}

void Lane::start() {
  state_->thread = std::thread{[state = state_.get()] { state->loop->run(); }};
}

void Lane::stop() {
  if (!state_->listener) return;
  if (!state_->thread.joinable()) return state_->close();
  // Not by post(): a loop that is full of work still has to hear this.
  state_->loop->stop();
  state_->thread.join();
  state_->close();
  state_->loop->after(Micros{0}, [loop = state_->loop.get()] { loop->stop(); });
  state_->loop->run();  // one more turn: what was queued for the devices is written
}

std::uint16_t Lane::port() const { return state_->listener ? state_->listener->port() : 0; }

}  // namespace signet::gateway
