#include "board/secrets.h"

#include <algorithm>
#include <cstdlib>

// One set of secrets has one form: what parses is written back byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes plain{data, size};
  const auto entries = board::parse_secrets(plain);
  if (!entries) return 0;
  if (entries.value().size() > board::secrets_max) std::abort();
  const auto again = board::write_secrets(entries.value());
  if (!std::ranges::equal(again.reveal(), plain)) std::abort();
  return 0;
}
