// interface.h -- what Linux knows of a network interface: its address, its cable, the way out. Who gives it an address
// is the system's matter (systemd-networkd, dhcpcd, NetworkManager); this asks alone.
#pragma once

#include "board/ports.h"

#include <optional>

namespace signet::board {

inline constexpr std::size_t interface_name_bytes_max = 15;        // Linux' IFNAMSIZ, without its end
inline constexpr std::size_t system_file_bytes_max = 1024 * 1024;  // eight thousand routes

struct SystemFiles {
  std::string routes = "/proc/net/route";
  std::string routes_v6 = "/proc/net/ipv6_route";
  std::string resolver = "/etc/resolv.conf";
  std::string interfaces = "/sys/class/net";
};

// It is part of paths: no '/', not "." and "..".
bool is_interface_name(std::string_view name);

struct DefaultRoute {
  std::string interface;
  std::string gateway;  // empty: the other end of the line is the way out
  std::uint32_t metric = 0;
  friend bool operator==(const DefaultRoute&, const DefaultRoute&) = default;
};
// Of the two tables' text; of an interface, or with "" of all, the one of least metric. Lines that are none are passed
// by.
std::optional<DefaultRoute> parse_default_route(std::string_view routes, std::string_view interface);
std::optional<DefaultRoute> parse_default_route_v6(std::string_view routes, std::string_view interface);
// The first name server of a resolv.conf; empty: it names none.
std::string parse_name_server(std::string_view resolver);

// IPv4 before IPv6.
std::optional<DefaultRoute> default_route(const SystemFiles& files, std::string_view interface = {});

class Interface {
 public:
  // malformed: no name of an interface. not_found: this computer has none of that name.
  static Result<Interface> find(std::string name, SystemFiles files = {});

  const std::string& name() const { return name_; }
  bool has_carrier() const;
  // One that leads further than the link: 169.254.x.y and fe80:: are what an interface gives itself when nobody
  // answers.
  bool has_address() const;
  Result<WifiInfo> info() const;  // unavailable without an address

 private:
  Interface(std::string name, SystemFiles files) : name_(std::move(name)), files_(std::move(files)) {}

  std::string name_;
  SystemFiles files_;
};

}  // namespace signet::board
