#include "sim/manager.h"

#include "store/sqlite/sqlite.h"

namespace signet::sim {

Status Manager::start() {
  ENSURE(!is_up());
  store_ = std::make_unique<FlakyStore>(TRY(store::open_sqlite(database_)));
  fleet_ = std::make_unique<fleet::Fleet>(*store_, clock_, random_, fleet::ManagerIdentity{}, fleet::Policy{});
  hall_ = std::make_shared<gateway::Hall>(config_, *fleet_, *this);
  return {};
}

void Manager::kill() {
  if (!is_up()) return;
  store_->die();
  hall_.reset();
  fleet_.reset();
  store_.reset();
  ends_.clear();
}

void Manager::end_turn() {
  for (const auto& run : std::exchange(ends_, {})) run();
}

}  // namespace signet::sim
