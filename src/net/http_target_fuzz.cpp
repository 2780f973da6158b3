#include "net/http_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto target = signet::net::parse_target(signet::text_of({data, size}));
  if (target) {
    ENSURE(target.value().path.starts_with('/') && signet::is_utf8(target.value().path));
    ENSURE(target.value().query.size() <= signet::net::query_fields_max);
  }
  return 0;
}
