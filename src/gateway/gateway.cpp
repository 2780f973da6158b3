#include "gateway/gateway.h"

#include "base/port/process.h"
#include "gateway/lane.h"

namespace signet::gateway {
namespace {

Config completed(Config config) {
  const unsigned cores = usable_cores();
  if (config.loops == 0) config.loops = static_cast<std::uint16_t>(std::min<std::size_t>(cores, loops_max));
  return config;
}

}  // namespace

struct Gateway::State {
  State(const Config& c, fleet::Fleet& fleet) : config(completed(c)), registrar(fleet, config.sessions_max) {}

  Config config;
  Registrar registrar;
  std::unique_ptr<Counter> counter;
  std::vector<std::unique_ptr<Lane>> lanes;
  std::uint16_t port = 0;
};

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gateway::~Gateway() { shut_down(); }

Result<std::unique_ptr<Gateway>> Gateway::create(const Config& config, fleet::Fleet& fleet, net::Loop& fleet_loop,
                                                 const net::ServerIdentity& identity) {
  TRY(check(config));
  auto state = std::make_unique<State>(config, fleet);
  state->port = config.listen_port;
  state->counter = TRY(Counter::create(fleet_loop, state->registrar));
  const LaneShared shared{state->config, fleet, *state->counter, fleet_loop.clock(), identity};
  for (std::uint16_t i = 0; i < state->config.loops; ++i) {
    state->lanes.push_back(TRY(Lane::create(shared, state->port)));
    state->port = state->lanes.front()->port();
  }
  for (const auto& lane : state->lanes) lane->start();
  return std::unique_ptr<Gateway>{new Gateway{std::move(state)}};
}

std::uint16_t Gateway::port() const { return state_->port; }
std::size_t Gateway::sessions() const { return state_->registrar.devices(); }

void Gateway::shut_down() {
  state_->port = 0;
  for (const auto& lane : state_->lanes) lane->stop();
  state_->counter->serve_what_waits();  // they said that they left
}

}  // namespace signet::gateway
