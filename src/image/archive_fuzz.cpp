#include "image/archive.h"

// An archive that is read is written again as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes bytes{data, size};
  auto files = image::decode_archive(bytes);
  if (!files) return 0;
  const auto again = image::encode_archive(std::move(files).value());
  ENSURE(again && std::ranges::equal(again.value(), bytes));
  return 0;
}
