#include "element/wire/packet.h"

// What decodes, encodes to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const Bytes packet{data, size};
  if (const auto response = element::decode_response(packet)) {
    ENSURE(std::ranges::equal(element::encode_response(response.value()), packet));
  }
  if (const auto command = element::decode_command(packet)) {
    ENSURE(std::ranges::equal(element::encode(command.value()), packet));
  }
  return 0;
}
