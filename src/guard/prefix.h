// prefix.h -- an address of the Internet, or a net of them.
//
//   prefix := 16 bytes and how many bits of them count. IPv4 lies at ::ffff:0:0/96, so that a peer of a socket that
//   speaks
//             both is the same whichever way it is written.
#pragma once

#include "base/bytes.h"

#include <compare>

namespace signet::guard {

class Prefix {
 public:
  Prefix() = default;
  // "203.0.113.7", "203.0.113.0/24", "2001:db8::1", "2001:db8::/48". Bits past the length are cut off.
  static Result<Prefix> parse(std::string_view text);
  // As a connection names its peer: "203.0.113.7:51234", "[2001:db8::1]:443"; the port is ignored.
  static Result<Prefix> of_peer(std::string_view address);

  bool is_ipv4() const;
  Prefix cut_to(unsigned bits) const;  // of 128; no longer than it is
  // What one customer holds: an IPv4 address, an IPv6 /64. And the net around it: /24, /48.
  Prefix site() const { return cut_to(is_ipv4() ? 128 : 64); }
  Prefix net() const { return cut_to(is_ipv4() ? 120 : 48); }
  bool covers(const Prefix& other) const { return bits_ <= other.bits_ && other.cut_to(bits_).bytes_ == bytes_; }
  unsigned bits() const { return bits_; }
  const Block<16>& bytes() const { return bytes_; }
  std::string text() const;  // "203.0.113.7", "2001:db8::/48"
  auto operator<=>(const Prefix&) const = default;

 private:
  Block<16> bytes_{};
  unsigned bits_ = 128;
};

}  // namespace signet::guard
