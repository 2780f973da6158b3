#include "board/virtual/radio.h"

#include "base/port/file.h"
#include "crypto/digest.h"

namespace signet::board {
namespace {

constexpr std::string_view first_conf =
    "# The networks that this virtual board can hear: ssid = password\n"
    "Signet-Lab = correct horse battery\n";

}  // namespace

Result<std::map<std::string, std::string>> parse_radio_conf(std::string_view text) {
  std::map<std::string, std::string> networks;
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), row.size() + 1));
    if (row.empty() || row[0] == '#') continue;
    const auto equals = row.find(" =");
    if (equals == row.npos || equals == 0) {
      return Error{Errc::malformed, "radio.conf: line " + std::to_string(line) + ": not \"ssid = password\""};
    }
    std::string_view password = row.substr(equals + 2);
    if (password.starts_with(' ')) password.remove_prefix(1);
    networks[std::string{row.substr(0, equals)}] = password;
  }
  return networks;
}

Result<VirtualRadio> VirtualRadio::create(const std::string& folder, Bytes mac_seed) {
  const std::string file = folder + "/radio.conf";
  if (!file_exists(file)) TRY(write_file_atomic(file, bytes_of(first_conf), 0600));
  const auto digest = crypto::sha256(mac_seed);
  std::string mac = "02";  // locally administered
  for (std::size_t i = 0; i < 5; ++i) mac += ":" + hex(Bytes{digest}.subspan(i, 1));
  return VirtualRadio{file, mac};
}

Status VirtualRadio::configure(const std::string& ssid, const std::string& password) {
  if (ssid.empty() || ssid.size() > 32)
    return Error{Errc::malformed, "an SSID has 1 to 32 bytes"};  // IEEE 802.11 9.4.2.2
  if (password.size() > 64) return Error{Errc::malformed, "a Wi-Fi password has at most 64 bytes"};
  ssid_ = ssid;
  password_ = password;
  configured_ = true;
  return {};
}

Status VirtualRadio::join() {
  connected_ = false;
  if (!configured_) return Error{Errc::conflict, "wifi.configure() comes first"};
  const Buffer conf = TRY(read_file(file_, radio_conf_bytes_max));
  const auto networks = TRY(parse_radio_conf(text_of(conf)));
  const auto found = networks.find(ssid_);
  if (found == networks.end()) return Error{Errc::not_found, "no network \"" + ssid_ + "\" is in reach"};
  if (found->second != password_) return Error{Errc::unauthenticated, "wrong password for \"" + ssid_ + "\""};
  connected_ = true;
  return {};
}

Result<WifiInfo> VirtualRadio::info() {
  if (!connected_) return Error{Errc::unavailable, "Wi-Fi is not connected"};
  return WifiInfo{true, "192.168.4.2", "255.255.255.0", "192.168.4.1", "192.168.4.1", mac_};
}

}  // namespace signet::board
