#include "base/json.h"

// Whatever is taken as JSON is written in a form that is taken again, with the same kind at its root. Not compared
// digit by digit: Boost 1.81 reads some doubles one unit in the last place off.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto value = parse_json(text_of({data, size}));
  if (!value) return 0;
  const std::string written = json::serialize(value.value());
  const auto again = parse_json(written);
  ENSURE(again);
  ENSURE(again.value().kind() == value.value().kind());
  return 0;
}
