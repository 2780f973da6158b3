#include "guard/ban_list.h"

#include <algorithm>
#include <charconv>

namespace signet::guard {
namespace {

constexpr std::string_view head = "signet bans 1\n";

// Up to the next `end`, which is skipped; nullopt when there is none.
std::optional<std::string_view> next(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == text.npos) return std::nullopt;
  const std::string_view out = text.substr(0, at);
  text.remove_prefix(at + 1);
  return out;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::optional<KeptBan> decode_line(std::string_view line) {
  const auto address = next(line, ' '), until = next(line, ' '), who = next(line, ' '), strikes = next(line, ' ');
  if (!strikes || line.size() > reason_bytes_max || !is_printable(line)) return std::nullopt;
  const auto of = Prefix::parse(*address);
  const auto at = parse_rfc3339(*until);
  unsigned count = 0;
  const auto [end, failed] = std::from_chars(strikes->data(), strikes->data() + strikes->size(), count);
  const bool is_count = failed == std::errc{} && end == strikes->data() + strikes->size();
  if (!of || !at || !is_count || (who != "person" && who != "guard")) return std::nullopt;
  return KeptBan{of.value(), at.value(), who == "person", count, std::string{line}};
}

}  // namespace

std::string encode_ban_list(const std::vector<KeptBan>& bans) {
  std::string out{head};
  for (const KeptBan& ban : bans) {
    out += ban.of.text() + " " + rfc3339(ban.until) + (ban.is_manual ? " person " : " guard ") +
           std::to_string(ban.strikes) + " " + ban.reason + "\n";
  }
  return out;
}

Result<std::vector<KeptBan>> decode_ban_list(std::string_view text) {
  if (!text.starts_with(head)) return Error{Errc::malformed, "the first line is not \"signet bans 1\""};
  text.remove_prefix(head.size());
  std::vector<KeptBan> out;
  while (!text.empty()) {
    const auto line = next(text, '\n');
    const auto ban = line ? decode_line(*line) : std::nullopt;
    if (!ban) return Error{Errc::malformed, "line " + std::to_string(out.size() + 2) + " is no ban"};
    if (out.size() == bans_max) return Error{Errc::too_large, "more than " + std::to_string(bans_max) + " bans"};
    out.push_back(*ban);
  }
  return out;
}

}  // namespace signet::guard
