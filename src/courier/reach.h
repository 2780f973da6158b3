// reach.h -- which addresses the manager connects to when somebody else says where.
//
// Only what is public: the manager often stands where others cannot go, and must not carry their requests there. What
// is refused by default is the special-purpose registries of IANA (RFC 6890 and after), of IPv6 everything but global
// unicast. The operator may allow more.
#pragma once

#include "guard/prefix.h"

#include <vector>

namespace signet::courier {

class Reach {
 public:
  Reach() = default;
  // Addresses and nets with blanks between: "10.1.2.3 192.168.0.0/16 ::1". Plain HTTP goes there alone.
  static Result<Reach> parse(const std::string& allowed);

  // "203.0.113.7", as it is about to be connected to. forbidden: not there.
  Status judge(const std::string& address, bool over_tls) const;
  // As far as it can be told before a name is looked up.
  Status check_url(const std::string& url) const;

 private:
  bool allows(const guard::Prefix& address) const;
  std::vector<guard::Prefix> allowed_;
};

bool is_public(const guard::Prefix& address);

}  // namespace signet::courier
