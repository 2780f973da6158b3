// ban_list.h -- the bans as a text (docs/formats/ban-list.md): it outlives the manager, and a firewall is fed from it
// (nft.h).
//
//   list := "signet bans 1\n" line*
//   line := address " " until " " who " " strikes " " reason "\n"
//
// address as in prefix.h, until in RFC 3339, who is "person" or "guard", strikes a number, reason printable ASCII. What
// has ended is in it for as long as its strikes count.
#pragma once

#include "guard/bans.h"

namespace signet::guard {

inline constexpr std::size_t ban_line_bytes_max = 48 + 28 + 8 + 12 + reason_bytes_max;
inline constexpr std::size_t ban_list_bytes_max = 64 + bans_max * ban_line_bytes_max;

struct KeptBan {
  Prefix of;
  Timestamp until{};
  bool is_manual = false;
  unsigned strikes = 0;
  std::string reason;
  bool operator==(const KeptBan&) const = default;
};

std::string encode_ban_list(const std::vector<KeptBan>& bans);
// malformed, naming the line and not what it says.
Result<std::vector<KeptBan>> decode_ban_list(std::string_view text);

}  // namespace signet::guard
