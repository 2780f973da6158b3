#include "element/wire/bus.h"

// What is found in a stream encodes to the bytes it took.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes stream{data, size};
  if (const auto got = element::find_bus_request(stream); got && got.value()) {
    const auto& found = *got.value();
    ENSURE(found.size <= size && found.size <= element::bus_request_bytes_max);
    ENSURE(std::ranges::equal(element::encode_bus(found.request), stream.first(found.size)));
  }
  if (size > 0) static_cast<void>(element::decode_bus_ack(data[0]));
  return 0;
}
