// system_network.h -- Wi-Fi that is the operating system's own matter: whichever way out there is will do, and what a
// program or its owner says about networks and passwords is left alone.
#pragma once

#include "board/linux/interface.h"
#include "board/linux/start_wait.h"
#include "net/loop.h"

namespace signet::board {

inline constexpr Seconds network_looked_at_every{1};  // while it is started

class SystemNetwork final : public Wifi {
 public:
  explicit SystemNetwork(net::Loop& loop, SystemFiles files = {}) : loop_(loop), files_(std::move(files)) {}
  SystemNetwork(const SystemNetwork&) = delete;
  SystemNetwork& operator=(const SystemNetwork&) = delete;
  ~SystemNetwork() override;

  Status configure(const std::string& ssid, const std::string& password) override;
  void start(Started started) override;  // answers once there is a default route
  void stop() override;
  bool connected() const override { return connected_; }
  Result<WifiInfo> info() override;
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  void look();
  void look_again();

  net::Loop& loop_;
  SystemFiles files_;
  StartWait wait_;
  std::function<void()> changed_ = [] {};
  std::optional<net::Loop::TimerId> timer_;
  bool connected_ = false;
};

}  // namespace signet::board
