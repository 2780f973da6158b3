// Any field of any payload that was let in is a number or none.
#include "fleet/aggregate.h"
#include "fleet/telemetry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static signet::fleet::PayloadCheck check;
  const std::string_view all = signet::text_of({data, size});
  const std::size_t end = all.find('\n');
  if (end == all.npos || !check(all.substr(end + 1))) return 0;
  auto number = signet::fleet::NumberAt::create(all.substr(0, end));
  if (!number) return 0;
  signet::fleet::NumberAt number_at = std::move(number).value();
  static_cast<void>(number_at(all.substr(end + 1)));
  return 0;
}
