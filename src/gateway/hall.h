// hall.h -- all sessions of one gateway: who may come in, who is in, and who must go.
#pragma once

#include "gateway/config.h"
#include "gateway/telemetry.h"
#include "mqtt/server_session.h"
#include "net/connection.h"

#include <set>
#include <unordered_map>

namespace signet::gateway {

class Session;

inline constexpr std::size_t packet_slack_bytes =
    8 * 1024;                                      // topic and properties beside a payload of the greatest size
inline constexpr std::size_t down_queue_max = 64;  // messages to a device that wait for its PUBACKs

class Hall final : public fleet::Observer, public std::enable_shared_from_this<Hall> {
 public:
  Hall(const Config& config, fleet::Fleet& fleet, Turn& turn);
  ~Hall() override;

  // The gate's question in the TLS handshake.
  Status judge(Bytes leaf_der);
  // For each connection one; the net keeps it until after on_close.
  std::shared_ptr<Session> make_session();
  void sweep();      // once a second: timeouts, and readers that were slowed down
  void close_all();  // tells every session "server shutting down" and forgets it
  void on_expelled(const DeviceId& device) override;
  std::size_t sessions() const { return live_.size(); }

  // --- for Session
  const Config& config() const { return config_; }
  mqtt::ServerLimits limits() const;
  fleet::Fleet& fleet() { return fleet_; }
  Telemetry& telemetry() { return telemetry_; }
  Clock& clock() { return turn_.clock(); }
  bool has_room_for(const DeviceId& device) const;
  // Whoever had that place is closed, session taken over; its address.
  std::optional<std::string> enter(const DeviceId& device, Session& session);
  void leave(const DeviceId& device, Session& session);
  void forget(Session& session) { all_.erase(&session); }

 private:
  struct IdHash {
    std::size_t operator()(const DeviceId& id) const { return std::hash<std::string>{}(id.str()); }
  };

  Config config_;
  fleet::Fleet& fleet_;
  Turn& turn_;
  Telemetry telemetry_;
  std::set<Session*> all_;                               // handshakes too
  std::unordered_map<DeviceId, Session*, IdHash> live_;  // after CONNACK
};

}  // namespace signet::gateway
