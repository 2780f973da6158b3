#include "element/wire/swi.h"

// Whatever a wire says becomes bytes or an error; and what we say comes back as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element;
  SwiDecoder noisy;
  std::size_t bytes = 0;
  for (const std::uint8_t character : Bytes{data, size}) {
    const auto got = noisy.on_character(character);
    if (got && got.value()) ++bytes;
  }
  ENSURE(bytes * swi_characters_per_byte <= size);
  const Bytes said{data, std::min(size, packet_bytes_max)};
  SwiDecoder clean;
  Buffer heard;
  for (const std::uint8_t character : encode_swi(said)) {
    if (const auto byte = clean.on_character(character).value()) heard.push_back(*byte);
  }
  ENSURE(std::ranges::equal(heard, said) && clean.is_between_bytes());
  return 0;
}
