#include "sim/manager.h"

#include "store/sqlite/sqlite.h"

namespace signet::sim {

Status Manager::start() {
  ENSURE(!is_up());
  store_ = std::make_unique<FlakyStore>(TRY(store::open_sqlite(database_)));
  fleet_ = std::make_unique<fleet::Fleet>(*store_, clock_, random_, fleet::ManagerIdentity{}, fleet::Policy{});
  registrar_ = std::make_unique<gateway::Registrar>(*fleet_, config_.sessions_max);
  desk_ = std::make_unique<gateway::StraightDesk>(*registrar_);
  gate_ = std::make_unique<gateway::FleetGate>(*fleet_);
  hall_ = std::make_shared<gateway::Hall>(config_, *gate_, *desk_, desk_->number(), *this);
  desk_->deliver_to(hall_.get());
  return {};
}

void Manager::kill() {
  if (!is_up()) return;
  store_->die();
  hall_.reset();
  gate_.reset();
  desk_.reset();
  registrar_.reset();
  fleet_.reset();
  store_.reset();
  ends_.clear();
}

void Manager::end_turn() {
  for (const auto& run : std::exchange(ends_, {})) run();
}

}  // namespace signet::sim
