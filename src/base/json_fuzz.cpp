#include "base/json.h"

// Whatever is taken as JSON is written in a form that is taken again and equal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto value = parse_json(text_of({data, size}));
  if (!value) return 0;
  const std::string written = json::serialize(value.value());
  const auto again = parse_json(written);
  ENSURE(again);
  ENSURE(json::serialize(again.value()) == written);
  return 0;
}
