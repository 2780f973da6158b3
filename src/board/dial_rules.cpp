#include "board/dial_rules.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace signet::board {
namespace {

// RFC 6890, 5771, 4291; and where clouds keep their metadata outside of link-local.
constexpr std::array special_nets{"0.0.0.0/8",   "127.0.0.0/8",     "169.254.0.0/16",   "224.0.0.0/4",
                                  "240.0.0.0/4", "100.100.100.200", "::/127",           "fe80::/10",
                                  "ff00::/8",    "64:ff9b::/96",    "fd00:ec2::254/128"};

bool is_special(const guard::Prefix& address) {
  static const auto nets = [] {
    std::vector<guard::Prefix> out;
    out.reserve(special_nets.size());
    for (const char* net : special_nets) out.push_back(guard::Prefix::parse(net).value());
    return out;
  }();
  return std::any_of(nets.begin(), nets.end(), [&](const guard::Prefix& net) { return net.covers(address); });
}

// As the resolver takes them for one: without case and without the root's dot.
std::string plain(std::string name) {
  name = lower(name);
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

}  // namespace

Result<DialRules> DialRules::parse(const std::string& reach) {
  DialRules out;
  std::istringstream words{reach};
  for (std::string word; words >> word;) {
    if (word == "any") {
      out.any_ = true;
      continue;
    }
    if (auto net = guard::Prefix::parse(word)) {
      out.nets_.push_back(net.value());
      continue;
    }
    std::string name = plain(word.starts_with("*.") ? word.substr(1) : word);
    const bool is_name = name.size() > 1 && std::all_of(name.begin(), name.end(), is_name_byte);
    if (!is_name) return Error{Errc::malformed, "reach: \"" + word + "\" is neither a name, an address, a net nor any"};
    out.hosts_.push_back(std::move(name));
  }
  return out;
}

bool DialRules::names(const std::string& host) const {
  const std::string name = plain(host);
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& rule) {
    return rule.starts_with('.') ? name.size() > rule.size() && name.ends_with(rule) : name == rule;
  });
}

bool DialRules::covers(const guard::Prefix& address) const {
  return std::any_of(nets_.begin(), nets_.end(), [&](const guard::Prefix& net) { return net.covers(address); });
}

Status DialRules::check_host(const std::string& host) const {
  if (any_ || names(host)) return {};
  const auto address = guard::Prefix::parse(host);
  if (address && covers(address.value())) return {};
  return Error{Errc::forbidden, "this board's profile lets no program reach " + host +
                                    ": its owner adds it to 'reach' in the file of "
                                    "signet-board --profile (reach = " +
                                    host + ")"};
}

Status DialRules::check_address(const std::string& host, const std::string& address) const {
  const guard::Prefix where = TRY(guard::Prefix::of_peer(address));
  if (covers(where)) return {};
  if (is_special(where)) {
    return Error{Errc::forbidden, host + " leads to " + where.text() +
                                      ", which is of this machine or its link alone: no program goes there unless the "
                                      "profile's 'reach' names that address"};
  }
  if (any_ || names(host)) return {};
  return Error{Errc::forbidden, "this board's profile lets no program reach " + where.text()};
}

}  // namespace signet::board
