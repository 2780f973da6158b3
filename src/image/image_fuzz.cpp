#include "image/image.h"

// What is read of an image can be written, and reads the same again; no bytes are a signed image of nobody's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes bytes{data, size};
  ENSURE(!image::verify(bytes, {}));
  const auto read = image::decode(bytes);
  if (!read) return 0;
  const auto written = image::encode(read.value().facts, read.value().payload);
  ENSURE(written);
  const auto again = image::decode(written.value());
  ENSURE(again && again.value().facts == read.value().facts);
  ENSURE(std::ranges::equal(again.value().payload, read.value().payload));
  return 0;
}
