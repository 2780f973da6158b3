#include "board/linux/supplicant_message.h"

#include <charconv>

namespace signet::board {
namespace {

using Told = SupplicantEvent::What;

bool is_printable(char c) { return c >= ' ' && c < 0x7f; }
bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

Told what_of(std::string_view name) {
  if (name == "CTRL-EVENT-CONNECTED") return Told::connected;
  if (name == "CTRL-EVENT-DISCONNECTED") return Told::disconnected;
  if (name == "CTRL-EVENT-NETWORK-NOT-FOUND") return Told::not_found;
  if (name == "CTRL-EVENT-SSID-TEMP-DISABLED") return Told::disabled;
  if (name == "CTRL-EVENT-TERMINATING") return Told::terminating;
  return Told::other;
}

std::optional<std::uint32_t> number_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  std::uint32_t number = 0;
  const char* const begin = text.data() + at + mark.size();
  if (std::from_chars(begin, text.data() + text.size(), number).ec != std::errc{}) return std::nullopt;
  return number;
}

// The number stands before the network's name and the reason after it: no name can pass for one of them.
SupplicantEvent event_of(std::string_view text) {
  SupplicantEvent event;
  const auto end = text.find(' ');
  event.what = what_of(text.substr(0, end));
  const std::string_view words = end == text.npos ? std::string_view{} : text.substr(end);
  if (event.what == Told::connected) event.network = number_after(words, "[id=");
  if (event.what != Told::disabled) return event;
  if (words.starts_with(" id=")) event.network = number_after(words, " id=");
  const auto reason = words.rfind(" reason=");
  event.wrong_key = reason != words.npos && words.substr(reason) == " reason=WRONG_KEY";
  return event;
}

}  // namespace

Result<SupplicantMessage> parse_supplicant_message(Bytes datagram) {
  if (datagram.size() > supplicant_message_bytes_max) return Error{Errc::too_large, "over 4096 bytes"};
  std::string_view text = text_of(datagram);
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return Error{Errc::malformed, "an empty message"};
  if (text[0] != '<') {
    if (!std::all_of(text.begin(), text.end(), is_printable))
      return Error{Errc::malformed, "a reply of more than text"};
    return SupplicantMessage{SupplicantReply{std::string{text}}};
  }
  const auto close = text.find('>');
  const std::string_view level = close == text.npos ? std::string_view{} : text.substr(1, close - 1);
  if (level.empty() || level.find_first_not_of("0123456789") != level.npos) {
    return Error{Errc::malformed, "an event without its level"};
  }
  return SupplicantMessage{event_of(text.substr(close + 1))};
}

Status check_ssid(std::string_view ssid) {
  if (ssid.empty() || ssid.size() > ssid_bytes_max) return Error{Errc::malformed, "an SSID has 1 to 32 bytes"};
  return {};
}

Status check_wifi_password(std::string_view password) {
  const bool is_key =
      password.size() == passphrase_bytes_max + 1 && std::all_of(password.begin(), password.end(), is_hex_digit);
  const bool is_phrase = password.size() >= passphrase_bytes_min && password.size() <= passphrase_bytes_max &&
                         std::all_of(password.begin(), password.end(), is_printable);
  if (password.empty() || is_key || is_phrase) return {};
  return Error{
      Errc::malformed,
      "a Wi-Fi password is 8 to 63 printable ASCII characters, or 64 hexadecimal digits; none for an open network"};
}

std::string ssid_command(std::uint32_t network, std::string_view ssid) {
  return "SET_NETWORK " + std::to_string(network) + " ssid " + hex(bytes_of(ssid));
}

crypto::SecretBytes key_command(std::uint32_t network, Bytes password) {
  const bool is_phrase = password.size() <= passphrase_bytes_max;
  const std::string_view quote = is_phrase ? "\"" : "";
  const std::string begin = "SET_NETWORK " + std::to_string(network);
  const std::string name = password.empty() ? begin + " key_mgmt NONE" : begin + " psk " + std::string{quote};
  Buffer command;
  command.reserve(name.size() + password.size() + quote.size());  // so that no copy is left behind
  const auto add = [&](Bytes part) { command.insert(command.end(), part.begin(), part.end()); };
  add(bytes_of(name));
  if (!password.empty()) add(password), add(bytes_of(quote));
  return crypto::SecretBytes{std::move(command)};
}

}  // namespace signet::board
