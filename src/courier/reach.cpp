#include "courier/reach.h"

#include "net/http_poster.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace signet::courier {
namespace {

// RFC 6890, 5735, 6598, 5737, 2544, 5771, 1112, 7526.
constexpr std::array special_ipv4{"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
                                  "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
                                  "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
                                  "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};
// Within global unicast: protocol assignments (Teredo too), documentation, and 6to4, behind which any IPv4 may stand.
constexpr const char* global_unicast = "2000::/3";
constexpr std::array special_ipv6{"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"};

template <std::size_t N>
std::vector<guard::Prefix> parsed(const std::array<const char*, N>& texts) {
  std::vector<guard::Prefix> out;
  for (const char* text : texts) out.push_back(guard::Prefix::parse(text).value());
  return out;
}

bool is_in(const std::vector<guard::Prefix>& nets, const guard::Prefix& address) {
  return std::any_of(nets.begin(), nets.end(), [&](const guard::Prefix& net) { return net.covers(address); });
}

}  // namespace

bool is_public(const guard::Prefix& address) {
  static const auto ipv4 = parsed(special_ipv4);
  static const auto ipv6 = parsed(special_ipv6);
  static const auto unicast = guard::Prefix::parse(global_unicast).value();
  if (address.is_ipv4()) return !is_in(ipv4, address);  // ::ffff:a.b.c.d too
  return unicast.covers(address) && !is_in(ipv6, address);
}

Result<Reach> Reach::parse(const std::string& allowed) {
  Reach out;
  std::istringstream words{allowed};
  for (std::string word; words >> word;) out.allowed_.push_back(TRY(guard::Prefix::parse(word)));
  return out;
}

bool Reach::allows(const guard::Prefix& address) const { return is_in(allowed_, address); }

Status Reach::judge(const std::string& address, bool over_tls) const {
  const guard::Prefix where = TRY(guard::Prefix::parse(address));
  if (allows(where)) return {};
  if (!is_public(where)) {
    return Error{Errc::forbidden,
                 "it leads to " + where.text() + ", which is not public: the operator may allow it with webhook_allow"};
  }
  if (over_tls) return {};
  return Error{Errc::forbidden, "plain http goes to addresses of webhook_allow alone: use https"};
}

Status Reach::check_url(const std::string& url) const {
  const net::UrlParts parts = TRY(net::parse_url(url));
  const bool is_plain = parts.scheme == "http" && !allowed_.empty();
  if (parts.scheme != "https" && !is_plain) return Error{Errc::malformed, "a webhook's URL begins with https://"};
  const Result<guard::Prefix> literal = guard::Prefix::parse(parts.host);
  if (!literal) return {};  // a name: judged when it is looked up
  const Status judged = judge(parts.host, !is_plain);
  if (judged) return {};
  return Error{Errc::malformed, judged.error().what};
}

}  // namespace signet::courier
