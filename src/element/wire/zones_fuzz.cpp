#include "element/wire/config.h"

// Every address either names nothing or names bytes that exist; every configuration can be read; every counter too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  using namespace signet::element;
  if (size < 3) return 0;
  const auto address = static_cast<std::uint16_t>(data[1] | data[2] << 8);
  if (const auto place = place_of(data[0], address)) {
    ENSURE(place.value().offset + place.value().inside() <= zone_bytes(place.value().zone, place.value().slot));
  }
  ConfigZone config{};
  std::copy_n(data, std::min(size, config.size()), config.begin());
  for (unsigned slot = 0; slot < slot_count; ++slot) {
    static_cast<void>(slot_config(config, slot).write_rule());
    static_cast<void>(key_config(config, slot));
  }
  for (unsigned id = 0; id < counter_count; ++id) {
    if (const std::uint32_t v = counter_of(config, id); v <= counter_max)
      ENSURE(decode_counter(encode_counter(v)) == v);
  }
  return 0;
}
