#include "firmware/link.h"

#include <signet/board.h>

namespace signet {
namespace {

using firmware::ask;

std::string text_of(const json::object& object, std::string_view name) {
  return json::value_to<std::string>(object.at(name));
}

void ask_wifi(std::string_view what, json::object arguments = {}) {
  try {
    ask(what, std::move(arguments));
  } catch (const Refused& refused) {
    if (refused.code() == "unauthenticated") throw WifiBadPassword{refused.code(), refused.what()};
    if (refused.code() == "not_found") throw WifiBadSSID{refused.code(), refused.what()};
    throw WifiException{refused.code(), refused.what()};
  }
}

Buffer base64_of(const json::object& object, std::string_view name) {
  auto bytes = decode_base64(text_of(object, name));
  if (!bytes) throw Refused{"corrupt", "the board answered what is no base64"};
  return std::move(bytes).value();
}

}  // namespace

namespace board {

void init() { ask("board.init"); }

void summary() {
  const json::object about = ask("board.summary");
  const auto print = [](const char* what, const std::string& text) { std::printf("%-9s %s\n", what, text.c_str()); };
  const bool is_blank = !about.at("personalised").as_bool();
  print("Board:", text_of(about, "board") + ", signet-board " + text_of(about, "release"));
  print("Element:", text_of(about, "element") + " " + text_of(about, "dcn") + (is_blank ? " (blank)" : ""));
  print("Device:", about.at("device").is_null() ? "not claimed" : text_of(about, "device"));
  print("Firmware:", text_of(about, "firmware"));
}

}  // namespace board

namespace wifi {

void configure() { ask_wifi("wifi.configure"); }
void configure(const std::string& ssid, const std::string& password) {
  ask_wifi("wifi.configure", {{"ssid", ssid}, {"password", password}});
}
void start() { ask_wifi("wifi.start"); }
void stop() { ask_wifi("wifi.stop"); }

Info info() {
  const json::object i = ask("wifi.info");
  return {.dhcp = i.at("dhcp").as_bool(),
          .ip = text_of(i, "ip"),
          .mask = text_of(i, "mask"),
          .gateway = text_of(i, "gateway"),
          .dns = text_of(i, "dns"),
          .mac = text_of(i, "mac")};
}

}  // namespace wifi

namespace element {

std::string uid() { return text_of(ask("element.uid"), "uid"); }
std::string pubkey() { return text_of(ask("element.pubkey"), "pubkey"); }
std::string common_name() { return text_of(ask("element.common_name"), "common_name"); }

std::string get_device_certificate() {
  constexpr std::size_t line_size = 64;  // RFC 7468
  const std::string body = text_of(ask("element.certificate"), "certificate");
  std::string out = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < body.size(); at += line_size) out += body.substr(at, line_size) + "\n";
  return out + "-----END CERTIFICATE-----\n";
}

std::string sign(std::string_view message) {
  return text_of(ask("element.sign", {{"message", base64(bytes_of(message))}}), "signature");
}

}  // namespace element

namespace secret {

std::string get(const std::string& name) {
  try {
    return std::string{signet::text_of(base64_of(ask("secret.get", {{"name", name}}), "value"))};
  } catch (const Refused& refused) {
    if (refused.code() == "not_found" || refused.code() == "forbidden") throw std::out_of_range{refused.what()};
    throw;
  }
}

std::vector<std::string> names() { return json::value_to<std::vector<std::string>>(ask("secret.names").at("names")); }

}  // namespace secret

namespace mcu {

ResetReason reset_reason() {
  const std::string why = text_of(ask("board.summary"), "reset_reason");
  if (why == "software") return ResetReason::software;
  if (why == "watchdog") return ResetReason::watchdog;
  return why == "crash" ? ResetReason::crash : ResetReason::power;
}

void reset() { ask("agent.reset"); }
std::string uid() { return element::uid(); }
json::object info() { return ask("board.summary"); }

}  // namespace mcu

namespace watchdog {

void setup(std::chrono::milliseconds patience) { ask("watchdog.setup", {{"ms", patience.count()}}); }
void kick() { ask("watchdog.kick"); }

}  // namespace watchdog

}  // namespace signet
