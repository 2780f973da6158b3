// verify.h -- is this element a unit of the foundry whose root we hold? Offline; nothing else is known of it.
#pragma once

#include "element/atecc/atecc.h"
#include "identity/certificate.h"

namespace signet::factory {

struct Finding {
  std::string what;  // "chain", "challenge", ...
  bool good = false;
  std::string detail;  // what was found, or why it is not good
};

// All findings in the order in which they build on each other; the first bad one ends the list. An error is the bus's.
Result<std::vector<Finding>> verify_element(element::Atecc& chip, const identity::Certificate& root, Timestamp at,
                                            crypto::Random& random);

}  // namespace signet::factory
