// radio.h -- the air around a virtual board: the networks that FOLDER/radio.conf names, "ssid = password" a line.
#pragma once

#include "board/ports.h"

#include <map>

namespace signet::board {

inline constexpr std::size_t radio_conf_bytes_max = 64 * 1024;

class VirtualRadio final : public Wifi {
 public:
  // Makes radio.conf with one network when there is none. `mac_seed` (the element's number) makes the address.
  static Result<VirtualRadio> create(const std::string& folder, Bytes mac_seed);

  Status configure(const std::string& ssid, const std::string& password) override;
  void start(Started started) override { started(join()); }
  void stop() override { connected_ = false; }
  bool connected() const override { return connected_; }
  void on_change(std::function<void()>) override {}  // it changes when it is told to
  Result<WifiInfo> info() override;

 private:
  Status join();  // reads radio.conf anew: networks come and go
  VirtualRadio(std::string file, std::string mac) : file_(std::move(file)), mac_(std::move(mac)) {}

  std::string file_;
  std::string mac_;
  std::string ssid_;
  std::string password_;
  bool configured_ = false;
  bool connected_ = false;
};

// Lines "ssid = password"; '#' begins a comment line; an empty password is an open network.
Result<std::map<std::string, std::string>> parse_radio_conf(std::string_view text);

}  // namespace signet::board
