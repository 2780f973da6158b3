#include "identity/profile.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto request = identity::parse_request({data, size});
  if (request && !crypto::is_public_key(request.value().public_key)) std::abort();
  return 0;
}
