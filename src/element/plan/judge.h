// judge.h -- what is dangerous in a plan, before a lock makes it true for ever.
#pragma once

#include "element/plan/plan.h"

#include <vector>

namespace signet::element {

struct Finding {
  bool refused;       // false: worth a look
  std::string where;  // "slot 4", "ChipMode"
  std::string what;   // the danger, and what to do instead
};

// Empty: nothing to say. One refused finding, and the plan may not be applied.
std::vector<Finding> judge(const Plan& plan);
bool is_refused(const std::vector<Finding>& findings);

}  // namespace signet::element
