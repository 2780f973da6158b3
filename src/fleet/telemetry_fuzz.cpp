// What the check of a payload lets in, every other room can read as a JSON object.
#include "fleet/telemetry.h"

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static signet::fleet::PayloadCheck check;
  const std::string_view payload = signet::text_of({data, size});
  if (check(payload)) ENSURE(signet::parse_json_object(payload));
  return 0;
}
