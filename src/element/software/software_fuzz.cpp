#include "element/software/file.h"

#include <cstdlib>

// A body that is read is written again as it was; a file that nobody sealed does not open.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto body = element::software::decode_body({data, size});
  if (body) {
    const Buffer again = element::software::encode_body(body.value());
    if (!std::equal(again.begin(), again.end(), data, data + size)) std::abort();
  }
  const auto header = element::software::decode_header({data, size});
  if (header && element::software::open_file({data, size}, crypto::AeadKey{})) std::abort();
  return 0;
}
