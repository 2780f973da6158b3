#include "guard/nft.h"

#include <algorithm>

namespace signet::guard {
namespace {

constexpr std::size_t elements_a_line = 256;

std::string rule(std::uint16_t port, std::string_view match) {
  return "add rule inet signet gate tcp dport " + std::to_string(port) + " tcp flags & (fin|syn|rst|ack) == syn " +
         std::string{match} + " counter name dropped drop\n";
}

std::string frame(std::uint16_t port) {
  return "add table inet signet\n"
         "add set inet signet banned4 { type ipv4_addr; flags interval, timeout; }\n"
         "add set inet signet banned6 { type ipv6_addr; flags interval, timeout; }\n"
         "add counter inet signet dropped\n"
         "add chain inet signet gate { type filter hook prerouting priority -300; policy accept; }\n"
         "flush chain inet signet gate\n" +
         rule(port, "ip saddr @banned4") + rule(port, "ip6 saddr @banned6") +
         "flush set inet signet banned4\n"
         "flush set inet signet banned6\n";
}

// A net comes before what lies in it.
bool is_before(const KeptBan& a, const KeptBan& b) { return a.of < b.of; }

std::string elements(const std::vector<std::string>& all, std::string_view set) {
  std::string out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    out += i % elements_a_line == 0 ? "add element inet signet " + std::string{set} + " { " : ", ";
    out += all[i];
    if ((i + 1) % elements_a_line == 0 || i + 1 == all.size()) out += " }\n";
  }
  return out;
}

}  // namespace

std::string nft_script(std::vector<KeptBan> bans, Timestamp now, std::uint16_t port) {
  std::erase_if(bans, [now](const KeptBan& ban) { return ban.until <= now; });
  std::sort(bans.begin(), bans.end(), is_before);
  std::vector<std::string> ipv4, ipv6;
  const Prefix* last = nullptr;
  for (const KeptBan& ban : bans) {
    if (last && last->covers(ban.of)) continue;
    last = &ban.of;
    const auto left = std::min(std::chrono::ceil<Seconds>(ban.until - now), manual_ban_max);
    (ban.of.is_ipv4() ? ipv4 : ipv6).push_back(ban.of.text() + " timeout " + std::to_string(left.count()) + "s");
  }
  return frame(port) + elements(ipv4, "banned4") + elements(ipv6, "banned6");
}

}  // namespace signet::guard
