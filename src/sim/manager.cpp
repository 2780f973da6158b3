#include "sim/manager.h"

#include "store/sqlite/sqlite.h"

namespace signet::sim {

Status Manager::start() {
  ENSURE(!is_up());
  store_ = std::make_unique<FlakyStore>(TRY(store::open_sqlite(database_)));
  fleet_ = std::make_unique<fleet::Fleet>(*store_, clock_, random_, fleet::ManagerIdentity{}, fleet::Policy{});
  log_ = TRY(store::LogWriter::open(disk_, TRY(fleet_->drained("0")), random_));
  if (!log_->recovered().damage.empty()) return Error{Errc::corrupt, log_->recovered().damage};
  drainer_ = std::make_unique<gateway::Drainer>(*fleet_, clock_, false);
  TRY(drainer_->add("0", disk_, *log_));
  registrar_ = std::make_unique<gateway::Registrar>(*fleet_, config_.sessions_max);
  desk_ = std::make_unique<gateway::StraightDesk>(*registrar_);
  gate_ = std::make_unique<gateway::FleetGate>(*fleet_);
  hall_ = std::make_shared<gateway::Hall>(config_, *gate_, *desk_, desk_->number(), *log_, *this);
  desk_->deliver_to(hall_.get());
  return {};
}

void Manager::kill() {
  if (!is_up()) return;
  store_->die();
  disk_.fail_append = Error{Errc::unavailable, "killed"};  // what the hall has in hand is gone
  hall_.reset();
  disk_.fail_append.reset();
  gate_.reset();
  desk_.reset();
  registrar_.reset();
  drainer_.reset();
  log_.reset();
  fleet_.reset();
  store_.reset();
  ends_.clear();
}

void Manager::end_turn() {
  for (const auto& run : std::exchange(ends_, {})) run();
}

}  // namespace signet::sim
