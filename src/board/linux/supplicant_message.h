// supplicant_message.h -- what wpa_supplicant says over its control interface, and what it is told (w1.fi:
// "wpa_supplicant control interface"). One datagram is one message.
//   event := "<" level ">" name [" " words]     unasked, to whoever attached
//   reply := text [LF]                          one to each command, in their order: "OK", "FAIL", "0", "PONG"
// Pure: no socket, no clock.
#pragma once

#include "crypto/secret.h"

#include <optional>
#include <string>
#include <variant>

namespace signet::board {

inline constexpr std::size_t supplicant_message_bytes_max = 4096;
inline constexpr std::size_t ssid_bytes_max = 32;        // IEEE 802.11 9.4.2.2
inline constexpr std::size_t passphrase_bytes_min = 8;   // IEEE 802.11 J.4.1
inline constexpr std::size_t passphrase_bytes_max = 63;  // 64 hexadecimal digits are the key itself

struct SupplicantReply {
  std::string text;  // printable, without its LF
  friend bool operator==(const SupplicantReply&, const SupplicantReply&) = default;
};

struct SupplicantEvent {
  enum class What : std::uint8_t { other, connected, disconnected, not_found, disabled, terminating };
  What what = What::other;
  std::optional<std::uint32_t> network = std::nullopt;  // of connected and disabled
  bool wrong_key = false;                               // why it is disabled
  friend bool operator==(const SupplicantEvent&, const SupplicantEvent&) = default;
};

using SupplicantMessage = std::variant<SupplicantReply, SupplicantEvent>;
// too_large; malformed: neither of the two.
Result<SupplicantMessage> parse_supplicant_message(Bytes datagram);

Status check_ssid(std::string_view ssid);
Status check_wifi_password(std::string_view password);  // empty is an open network

// REQUIRES: what the checks take. A name goes in hex: whatever it holds, it ends no command and begins none.
std::string ssid_command(std::uint32_t network, std::string_view ssid);
crypto::SecretBytes key_command(std::uint32_t network, Bytes password);

}  // namespace signet::board
