#include "guard/prefix.h"

#include <arpa/inet.h>
#include <algorithm>
#include <charconv>

namespace signet::guard {
namespace {

constexpr unsigned ipv4_offset = 96;
constexpr Block<12> ipv4_start = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

Error not_an_address(std::string_view text) {
  return {Errc::malformed, "'" + std::string{text.substr(0, 64)} +
                               "' is no address: write 203.0.113.7, 203.0.113.0/24, 2001:db8::1 or 2001:db8::/48"};
}

}  // namespace

Result<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address{text.substr(0, std::min(slash, text.size()))};
  if (address.size() >= INET6_ADDRSTRLEN || address.find('\0') != address.npos) return not_an_address(text);
  Prefix out;
  const bool is_short = address.find(':') == address.npos;
  if (is_short) std::copy(ipv4_start.begin(), ipv4_start.end(), out.bytes_.begin());
  if (::inet_pton(is_short ? AF_INET : AF_INET6, address.c_str(), out.bytes_.data() + (is_short ? 12 : 0)) != 1) {
    return not_an_address(text);
  }
  if (slash == text.npos) return out;
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bits);
  const bool is_number = failed == std::errc{} && end == length.data() + length.size();
  if (!is_number || bits > (is_short ? 32u : 128u)) return not_an_address(text);
  return out.cut_to(is_short ? bits + ipv4_offset : bits);
}

Result<Prefix> Prefix::of_peer(std::string_view address) {
  if (address.starts_with('[')) return parse(address.substr(1, address.find(']') - 1));
  return parse(address.substr(0, address.rfind(':')));
}

bool Prefix::is_ipv4() const {
  return bits_ >= ipv4_offset && std::equal(ipv4_start.begin(), ipv4_start.end(), bytes_.begin());
}

Prefix Prefix::cut_to(unsigned bits) const {
  Prefix out = *this;
  out.bits_ = std::min(bits, bits_);
  for (unsigned at = 0; at < out.bytes_.size(); ++at) {
    const unsigned kept = std::clamp(static_cast<int>(out.bits_) - static_cast<int>(at * 8), 0, 8);
    out.bytes_[at] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return out;
}

std::string Prefix::text() const {
  char out[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(is_ipv4() ? AF_INET : AF_INET6, bytes_.data() + (is_ipv4() ? 12 : 0), out, sizeof out);
  return bits_ == 128 ? std::string{out} : out + ("/" + std::to_string(is_ipv4() ? bits_ - ipv4_offset : bits_));
}

}  // namespace signet::guard
