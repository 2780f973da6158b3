// board.h -- what the board itself can do for its firmware: Wi-Fi, element, secrets, watchdog (docs/native.md).
// Everything throws Refused when the board says no; refused.h.
#pragma once

#include <signet/refused.h>

#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

namespace board {
void init();     // once at the start of a program; harmless again
void summary();  // prints what the board is made of and whose it is
}  // namespace board

namespace wifi {
struct Info {
  bool dhcp = false;
  std::string ip, mask, gateway, dns, mac;
};
void configure();  // the network that its owner stored: 'signet secret set wifi.ssid'
void configure(const std::string& ssid, const std::string& password);
void start();  // joins it. WifiBadSSID, WifiBadPassword, WifiException
void stop();
Info info();
}  // namespace wifi

namespace element {  // hex digits; the keys never leave it
std::string uid();
std::string pubkey();                  // X and Y
std::string common_name();             // "sn0123...01": the CN of its certificate
std::string get_device_certificate();  // PEM
// ECDSA P-256, R and S, over SHA-256("signet.app.v1" 0x00 message): no program signs a claim or a TLS handshake.
std::string sign(std::string_view message);
}  // namespace element

namespace secret {                         // that the owner stored: 'signet secret set NAME'
std::string get(const std::string& name);  // its bytes. std::out_of_range: none of this name, or the board's own
std::vector<std::string> names();
}  // namespace secret

namespace mcu {
enum class ResetReason : unsigned char { power, software, watchdog, crash };
ResetReason reset_reason();  // why this program began; software: somebody asked
void reset();                // the board begins anew; readings that wait are kept
std::string uid();
boost::json::object info();  // board, release, element, dcn, device, firmware and others
}  // namespace mcu

namespace watchdog {
void setup(std::chrono::milliseconds patience);  // 100 ms to an hour, otherwise std::invalid_argument
void kick();                                     // at least so often, or the program is ended and begins anew
}  // namespace watchdog

}  // namespace signet
