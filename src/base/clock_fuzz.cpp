#include "base/bytes.h"
#include "base/clock.h"

// Whatever is taken as a time is written in a form that means the same instant.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  if (const auto at = parse_rfc3339(text_of({data, size})))
    ENSURE(parse_rfc3339(rfc3339(at.value())).value() == at.value());
  return 0;
}
