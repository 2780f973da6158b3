// dial_rules.h -- where a board connects for its program: what its profile's `reach` names, and nothing else.
//
//   reach := word (blank word)*
//   word  := "any"                     every address but the special ones below
//          | name | "*." name          broker.example.org; *.example.org: all below it
//          | address | net             192.0.2.7, 10.0.0.0/8, 2001:db8::/32: also the special ones that lie in it
//
// Special are loopback, link-local (a cloud's metadata stands there), unspecified, multicast and reserved addresses:
// a name that leads to one is refused, whoever asked. Pure: looks nothing up.
#pragma once

#include "guard/prefix.h"

#include <string>
#include <vector>

namespace signet::board {

class DialRules {
 public:
  static Result<DialRules> parse(const std::string& reach);

  // Before a name is looked up, for a look-up tells others something too. forbidden: with what to do.
  Status check_host(const std::string& host) const;
  // Of what `host`, which check_host let pass, leads to: "192.0.2.7:443".
  Status check_address(const std::string& host, const std::string& address) const;

 private:
  bool names(const std::string& host) const;
  bool covers(const guard::Prefix& address) const;
  bool any_ = false;
  std::vector<std::string> hosts_;  // lower case; one that begins with '.' means all below it
  std::vector<guard::Prefix> nets_;
};

}  // namespace signet::board
