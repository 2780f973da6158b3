#include "element/plan/judge.h"

#include "element/atecc/describe.h"

// What is a plan can be judged, described, and reads the same when written again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element;
  const auto plan = parse_plan(text_of({data, size}));
  if (!plan) return 0;
  static_cast<void>(judge(plan.value()));
  static_cast<void>(describe(plan.value().zone));
  const std::string again = plan_text(plan.value());
  const auto twice = parse_plan(again);
  ENSURE(twice && twice.value().zone == plan.value().zone && plan_text(twice.value()) == again);
  return 0;
}
