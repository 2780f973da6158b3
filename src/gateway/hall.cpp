#include "gateway/hall.h"

#include "crypto/digest.h"
#include "gateway/session.h"

namespace signet::gateway {

Hall::Hall(const Config& config, fleet::Fleet& fleet, Turn& turn)
    : config_(config), fleet_(fleet), turn_(turn), telemetry_(fleet, turn) {
  fleet_.observe(this);
}

Hall::~Hall() {
  close_all();
  fleet_.observe(nullptr);
}

Status Hall::judge(Bytes leaf_der) {
  TRY(fleet_.admit(crypto::sha256(leaf_der)));
  return {};
}

std::shared_ptr<Session> Hall::make_session() {
  auto session = std::make_shared<Session>(*this);
  all_.insert(session.get());
  return session;
}

mqtt::ServerLimits Hall::limits() const {
  return {.packet_bytes_max = fleet::payload_bytes_max + packet_slack_bytes,
          .receive_max = config_.receive_max,
          .send_max = config_.send_max,
          .connect_timeout = config_.connect_timeout,
          .keepalive_max = config_.keepalive_max};
}

void Hall::sweep() {
  const std::vector<Session*> now(all_.begin(), all_.end());
  for (Session* session : now) {
    if (all_.contains(session)) session->tick();
  }
}

void Hall::close_all() {
  telemetry_.finish();  // what has come in is still kept and acknowledged
  while (!all_.empty()) {
    Session& session = **all_.begin();
    session.end(mqtt::ReasonCode::server_shutting_down, {Errc::unavailable, "the gateway stops"},
                Session::Will::kept_back);
    session.detach();
  }
  telemetry_.finish();
}

void Hall::on_expelled(const DeviceId& device) {
  const auto found = live_.find(device);
  if (found == live_.end()) return;
  found->second->end(mqtt::ReasonCode::administrative_action, {Errc::forbidden, "its identity was withdrawn"},
                     Session::Will::kept_back);
}

bool Hall::has_room_for(const DeviceId& device) const {
  return live_.size() < config_.sessions_max || live_.contains(device);
}

std::optional<std::string> Hall::enter(const DeviceId& device, Session& session) {
  const auto found = live_.find(device);
  std::optional<std::string> former;
  if (found != live_.end()) {
    former = found->second->address();
    found->second->end(mqtt::ReasonCode::session_taken_over, {Errc::conflict, "the device connected again"},
                       Session::Will::published);
  }
  live_.insert_or_assign(device, &session);
  return former;
}

void Hall::leave(const DeviceId& device, Session& session) {
  const auto found = live_.find(device);
  if (found != live_.end() && found->second == &session) live_.erase(found);
}

}  // namespace signet::gateway
