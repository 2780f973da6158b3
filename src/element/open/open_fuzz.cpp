#include "element/open/name.h"

#include <cstdlib>

// Whatever the name: it is parsed or refused, and an over-long one never parsed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto name = element::parse_element_name(text_of({data, size}));
  if (name && size > element::name_bytes_max) std::abort();
  return 0;
}
