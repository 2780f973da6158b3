// DIR/keys as anybody may have left it: what is taken is what would have been written.
#include "board/flash/release_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes file{data, size};
  const auto keys = board::decode_release_keys(file);
  if (keys) ENSURE(board::encode_release_keys(keys.value()) == copy_of(file));
  return 0;
}
