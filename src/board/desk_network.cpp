// A program's networks: which Wi-Fi it joins, and whether the Ethernet cable is in.
#include "board/desk.h"

#include <algorithm>

namespace signet::board {
namespace {

json::object to_json(const WifiInfo& i) {
  return {{"dhcp", i.dhcp}, {"ip", i.ip}, {"mask", i.mask}, {"gateway", i.gateway}, {"dns", i.dns}, {"mac", i.mac}};
}

}  // namespace

// Without a network in the request, the one that the owner stored: a program need not know it.
Status Desk::configure_wifi(const json::object& request) {
  if (request.contains("ssid") || request.contains("password")) {
    const std::string network = TRY(string_member(request, "ssid"));
    const std::string word = TRY(string_member(request, "password"));
    return services_.wifi().configure(network, word);
  }
  const auto ssid = services_.secrets().get(wifi_ssid_secret);
  if (!ssid && ssid.error().code == Errc::not_found) {
    return Error{Errc::conflict,
                 "the program names no Wi-Fi network and none is stored: 'signet secret set wifi.ssid'"};
  }
  if (!ssid) return ssid.error();
  const auto password = services_.secrets().get(wifi_password_secret);
  if (!password && password.error().code != Errc::not_found) return password.error();
  return services_.wifi().configure(std::string{text_of(ssid.value().reveal())},
                                    password ? std::string{text_of(password.value().reveal())} : "");
}

Result<Desk::Answer> Desk::answer_wifi(const std::string& what, std::uint32_t id, const json::object& request,
                                       Instant now) {
  Wifi& wifi = services_.wifi();
  if (what == "wifi.configure") {
    TRY(configure_wifi(request));
    return Answer{json::object{}};
  }
  if (what == "wifi.start") {
    start_wifi(id, now);
    return Answer{};
  }
  if (what == "wifi.stop") {
    wifi.stop();
    services_.wifi_changed();
    return Answer{json::object{}};
  }
  if (what == "wifi.info") return Answer{to_json(TRY(wifi.info()))};
  return Error{Errc::not_found, "the board knows no \"" + what + "\""};
}

void Desk::start_wifi(std::uint32_t id, Instant now) {
  const std::uint64_t start = ++last_wifi_start_;
  waiting_.push_back({id, Awaits::wifi, now + wifi_start_timeout, {}, start});
  services_.wifi().start([self = std::weak_ptr{self_}, start](const Status& outcome) {
    if (const auto desk = self.lock()) (*desk)->on_wifi_started(start, outcome);
  });
  const bool waits =
      std::any_of(waiting_.begin(), waiting_.end(), [start](const Waiting& w) { return w.wifi_start == start; });
  if (waits) services_.wifi_changed();  // what was joined before is left
}

void Desk::on_wifi_started(std::uint64_t start, const Status& outcome) {
  services_.wifi_changed();
  const auto found = std::find_if(waiting_.begin(), waiting_.end(), [start](const Waiting& w) {
    return w.what == Awaits::wifi && w.wifi_start == start;
  });
  if (found == waiting_.end()) return;
  const std::uint32_t id = found->id;
  waiting_.erase(found);
  if (!outcome) return refuse(id, outcome.error());
  reply(id, {});
}

// The Wi-Fi itself says why it had not come so far.
void Desk::give_up_wifi(const Waiting& waiting) {
  waiting_.push_back(waiting);
  services_.wifi().stop();
  on_wifi_started(waiting.wifi_start, Error{Errc::unavailable, "Wi-Fi did not connect in time"});
}

Result<Desk::Answer> Desk::answer_ethernet(const std::string& what) {
  Ethernet* const ethernet = services_.ethernet();
  if (!ethernet) return Error{Errc::not_found, "this board has no Ethernet"};
  if (what == "eth.info") return Answer{to_json(TRY(ethernet->info()))};
  if (what == "eth.connected") return Answer{json::object{{"connected", ethernet->connected()}}};
  if (what == "eth.start") {
    const Status started = ethernet->start();
    services_.ethernet_changed();
    if (!started) return started.error();
    return Answer{json::object{}};
  }
  if (what != "eth.stop") return Error{Errc::not_found, "the board knows no \"" + what + "\""};
  ethernet->stop();
  services_.ethernet_changed();
  return Answer{json::object{}};
}

}  // namespace signet::board
