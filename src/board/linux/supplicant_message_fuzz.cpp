#include "board/linux/supplicant_message.h"

#include <cstdlib>

// Whatever is said: a reply is one line of text. Whatever a network is called, its command is one line of words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes bytes{data, size};
  const auto message = board::parse_supplicant_message(bytes);
  if (message) {
    const auto* const reply = std::get_if<board::SupplicantReply>(&message.value());
    if (reply && (reply->text.empty() || reply->text.find('\n') != std::string::npos)) std::abort();
  }
  const std::string_view text = text_of(bytes);
  if (board::check_ssid(text) && board::ssid_command(7, text) != "SET_NETWORK 7 ssid " + hex(bytes)) std::abort();
  if (board::check_wifi_password(text)) {
    const crypto::SecretBytes command = board::key_command(7, bytes);
    if (text_of(command.reveal()).find('\n') != text.npos) std::abort();
  }
  return 0;
}
