#include "board/linux/interface.h"

#include "base/port/file.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <charconv>
#include <cstring>
#include <memory>

namespace signet::board {
namespace {

constexpr std::uint32_t route_is_up = 0x1, route_rejects = 0x200;  // Linux' RTF_UP, RTF_REJECT

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t\r";
  for (;;) {
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(blanks)));
    if (line.empty()) return words;
    words.push_back(line.substr(0, line.find_first_of(blanks)));
    line.remove_prefix(words.back().size());
  }
}

std::optional<std::uint32_t> number_of(std::string_view text, int base) {
  std::uint32_t number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string address_text(int family, const void* address) {
  char text[INET6_ADDRSTRLEN] = "";
  return ::inet_ntop(family, address, text, sizeof text) ? text : "";
}

bool leads_out(std::optional<std::uint32_t> flags) {
  return flags && (*flags & route_is_up) != 0 && (*flags & route_rejects) == 0;
}

// Iface Destination Gateway Flags RefCnt Use Metric Mask ..., the first of them a line of titles.
std::optional<DefaultRoute> route_of_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 8 || number_of(words[1], 16) != 0u || number_of(words[7], 16) != 0u) return std::nullopt;
  const auto gateway = number_of(words[2], 16);  // as it lies in memory, read as a number of this machine
  const auto metric = number_of(words[6], 10);
  if (!gateway || !metric || !leads_out(number_of(words[3], 16))) return std::nullopt;
  in_addr address{};
  std::memcpy(&address, &*gateway, sizeof address);
  return DefaultRoute{std::string{words[0]}, *gateway == 0 ? "" : address_text(AF_INET, &address), *metric};
}

// destination its-prefix source its-prefix next-hop metric uses references flags interface
std::optional<DefaultRoute> route_of_line_v6(std::string_view line) {
  constexpr std::string_view nowhere = "00000000000000000000000000000000";
  const auto words = words_of(line);
  if (words.size() != 10 || words[0] != nowhere || words[1] != "00" || words[9] == "lo") return std::nullopt;
  const auto gateway = decode_hex(words[4]);
  const auto metric = number_of(words[5], 16);
  if (!gateway || gateway.value().size() != sizeof(in6_addr) || !metric) return std::nullopt;
  if (!leads_out(number_of(words[8], 16))) return std::nullopt;
  const std::string hop = words[4] == nowhere ? "" : address_text(AF_INET6, gateway.value().data());
  return DefaultRoute{std::string{words[9]}, hop, *metric};
}

template <class OfLine>
std::optional<DefaultRoute> least_of(std::string_view routes, std::string_view interface, OfLine of_line) {
  std::optional<DefaultRoute> least;
  while (!routes.empty()) {
    const auto route = of_line(next_line(routes));
    if (!route || (!interface.empty() && route->interface != interface)) continue;
    if (!least || route->metric < least->metric) least = route;
  }
  return least;
}

std::string text_of_file(const std::string& path) {
  const auto text = read_file(path, system_file_bytes_max);
  return text ? std::string{text_of(text.value())} : "";
}

struct Addresses {
  std::string ip, mask, ip_v6, mask_v6, mac;
};

void add_address(Addresses& to, const ifaddrs& one) {
  const sockaddr& address = *one.ifa_addr;
  if (address.sa_family == AF_PACKET) {
    const auto& link = reinterpret_cast<const sockaddr_ll&>(address);
    for (std::size_t i = 0; i < 6 && link.sll_halen == 6; ++i)
      to.mac += (i ? ":" : "") + hex(Bytes{link.sll_addr + i, 1});
  } else if (address.sa_family == AF_INET && to.ip.empty()) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    if (ntohl(in.s_addr) >> 16 == 0xa9fe) return;  // 169.254/16, RFC 3927
    to.ip = address_text(AF_INET, &in);
    if (one.ifa_netmask)
      to.mask = address_text(AF_INET, &reinterpret_cast<const sockaddr_in*>(one.ifa_netmask)->sin_addr);
  } else if (address.sa_family == AF_INET6 && to.ip_v6.empty()) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_LINKLOCAL(&in)) return;
    to.ip_v6 = address_text(AF_INET6, &in);
    if (!one.ifa_netmask) return;
    to.mask_v6 = address_text(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(one.ifa_netmask)->sin6_addr);
  }
}

Addresses addresses_of(const std::string& interface) {
  Addresses out;
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return out;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{all, &::freeifaddrs};
  for (const ifaddrs* one = all; one; one = one->ifa_next) {
    if (one->ifa_addr && interface == one->ifa_name && (one->ifa_flags & IFF_UP) != 0) add_address(out, *one);
  }
  return out;
}

}  // namespace

bool is_interface_name(std::string_view name) {
  if (name.empty() || name.size() > interface_name_bytes_max || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '/'; });
}

std::optional<DefaultRoute> parse_default_route(std::string_view routes, std::string_view interface) {
  return least_of(routes, interface, route_of_line);
}

std::optional<DefaultRoute> parse_default_route_v6(std::string_view routes, std::string_view interface) {
  return least_of(routes, interface, route_of_line_v6);
}

std::string parse_name_server(std::string_view resolver) {
  while (!resolver.empty()) {
    const auto words = words_of(next_line(resolver));
    if (words.size() >= 2 && words[0] == "nameserver") return std::string{words[1]};
  }
  return "";
}

std::optional<DefaultRoute> default_route(const SystemFiles& files, std::string_view interface) {
  const auto route = parse_default_route(text_of_file(files.routes), interface);
  return route ? route : parse_default_route_v6(text_of_file(files.routes_v6), interface);
}

Result<Interface> Interface::find(std::string name, SystemFiles files) {
  if (!is_interface_name(name)) {
    return Error{Errc::malformed, "\"" + name.substr(0, 64) + "\" is no name of an interface: ip link shows them"};
  }
  if (!file_exists(files.interfaces + "/" + name)) {
    return Error{Errc::not_found, "this computer has no interface " + name + ": ip link shows those that it has"};
  }
  return Interface{std::move(name), std::move(files)};
}

// The file cannot be read while the interface is down.
bool Interface::has_carrier() const {
  return text_of_file(files_.interfaces + "/" + name_ + "/carrier").starts_with('1');
}

bool Interface::has_address() const {
  const Addresses addresses = addresses_of(name_);
  return !addresses.ip.empty() || !addresses.ip_v6.empty();
}

Result<WifiInfo> Interface::info() const {
  const Addresses found = addresses_of(name_);
  const bool is_v6 = found.ip.empty();
  const std::string& ip = is_v6 ? found.ip_v6 : found.ip;
  if (ip.empty()) return Error{Errc::unavailable, name_ + " has no address"};
  const auto route = default_route(files_, name_);
  const std::string dns = parse_name_server(text_of_file(files_.resolver));
  return WifiInfo{true, ip, is_v6 ? found.mask_v6 : found.mask, route ? route->gateway : "", dns, found.mac};
}

}  // namespace signet::board
