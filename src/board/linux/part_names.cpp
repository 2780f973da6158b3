#include "board/linux/part_names.h"

#include "board/linux/link.h"
#include "board/linux/no_wifi.h"
#include "board/linux/supplicant.h"
#include "board/linux/system_network.h"

namespace signet::board {
namespace {

constexpr const char* control_folder = "/run/wpa_supplicant";

Status check_names(const PartNames& names) {
  const std::string& wifi = names.wifi;
  const bool is_wpa = wifi.starts_with(wpa_prefix) && is_interface_name(wifi.substr(wpa_prefix.size()));
  if (!is_wpa && wifi != "virtual" && wifi != "none" && wifi != "system") {
    return Error{Errc::malformed, "wifi = " + wifi + ": it is virtual, none, system, or of an interface, wpa:wlan0"};
  }
  if (!names.wifi_control.starts_with('/')) {
    return Error{Errc::malformed,
                 "wifi_control = " + names.wifi_control + ": a folder is named from the root, " + control_folder};
  }
  if (!is_interface_name(names.ethernet)) {
    return Error{Errc::malformed, "ethernet = " + names.ethernet + ": it is virtual, none, or an interface, eth0"};
  }
  if (names.console == "pty") return {};
  if (names.console.starts_with(serial_prefix)) {
    TRY(parse_serial_name(std::string_view{names.console}.substr(serial_prefix.size())));
    return {};
  }
  return Error{Errc::malformed, "console = " + names.console + ": it is pty, or a line, serial:/dev/ttyAMA0"};
}

Status check_all_real(const PartNames& names) {
  const std::string part = names.wifi == "virtual"       ? "wifi = virtual: name system, none or wpa:wlan0"
                           : names.ethernet == "virtual" ? "ethernet = virtual: name none or an interface, eth0"
                           : names.console == "pty"      ? "console = pty: name a line, serial:/dev/ttyAMA0"
                                                         : "";
  if (part.empty()) return {};
  return Error{Errc::conflict, "--hardware stands on real parts alone, and the profile or a flag says " + part};
}

void name_if_empty(std::string& name, const char* other) {
  if (name.empty()) name = other;
}

}  // namespace

Result<PartNames> settle_parts(PartNames named, bool is_hardware) {
  if (is_hardware && named.console.empty()) {
    return Error{
        Errc::conflict,
        "--hardware needs a console: --console serial:/dev/ttyAMA0, or a line \"console = ...\" in the profile"};
  }
  name_if_empty(named.wifi, is_hardware ? "system" : "virtual");
  name_if_empty(named.ethernet, is_hardware ? "none" : "virtual");
  name_if_empty(named.console, "pty");
  name_if_empty(named.wifi_control, control_folder);
  TRY(check_names(named));
  if (is_hardware) TRY(check_all_real(named));
  return named;
}

Result<std::unique_ptr<Wifi>> open_real_wifi(net::Loop& loop, const PartNames& names, const std::string& folder) {
  if (names.wifi == "none") return std::unique_ptr<Wifi>{std::make_unique<NoWifi>()};
  if (names.wifi == "system") return std::unique_ptr<Wifi>{std::make_unique<SystemNetwork>(loop)};
  Interface interface = TRY(Interface::find(names.wifi.substr(wpa_prefix.size())));
  return std::unique_ptr<Wifi>{TRY(Supplicant::create(loop, {std::move(interface), names.wifi_control, folder}))};
}

Result<std::unique_ptr<Ethernet>> open_real_ethernet(const PartNames& names) {
  if (names.ethernet == "none") return std::unique_ptr<Ethernet>{};
  Interface interface = TRY(Interface::find(names.ethernet));
  return std::unique_ptr<Ethernet>{std::make_unique<Link>(std::move(interface))};
}

}  // namespace signet::board
