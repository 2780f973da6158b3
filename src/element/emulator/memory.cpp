#include "element/emulator/memory.h"

namespace signet::element::emulator {
namespace {

constexpr Block<4> revision_608b = {0x00, 0x00, 0x60, 0x03};
constexpr std::uint8_t blank_i2c_address = 0xc0;

// [2.7] The known defaults of a factory part.
constexpr Block<32> blank_slot_config = {0x83, 0x20, 0x87, 0x20, 0x8f, 0x20, 0xc4, 0x8f, 0x8f, 0x8f, 0x8f,
                                         0x8f, 0x9f, 0x8f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
                                         0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0xaf, 0x8f};
constexpr Block<16> blank_key_config_low = {0x33, 0x33, 0x33, 0x1c, 0x1c, 0x1c, 0x1c, 0x1c,
                                            0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x3c, 0x1c};

}  // namespace

std::span<std::uint8_t> bytes_at(Memory& memory, const Place& place) {
  switch (place.zone) {
    case Zone::config: return std::span{memory.config}.subspan(place.offset, place.inside());
    case Zone::otp: return std::span{memory.data.otp}.subspan(place.offset, place.inside());
    case Zone::data: return memory.data.slot(place.slot).subspan(place.offset, place.inside());
  }
  return {};
}

Memory blank_memory(crypto::Random& random) {
  Memory memory;
  ConfigZone& config = memory.config;
  random.fill(std::span{config}.subspan(at::serial_low + 2, 2));
  random.fill(std::span{config}.subspan(at::serial_high, 4));
  config[0] = 0x01;
  config[1] = 0x23;
  config[at::serial_high + 4] = 0x01;
  std::ranges::copy(revision_608b, config.begin() + at::revision);
  config[at::aes_enable] = 1;
  config[at::i2c_enable] = 1;
  config[at::i2c_address] = blank_i2c_address;
  std::ranges::copy(blank_slot_config, config.begin() + at::slot_config);
  for (unsigned id = 0; id < counter_count; ++id) {
    std::ranges::copy(encode_counter(0), config.begin() + static_cast<std::ptrdiff_t>(at::counters + 8 * id));
  }
  config[at::lock_value] = unlocked;
  config[at::lock_config] = unlocked;
  config[at::slot_locked] = config[at::slot_locked + 1] = 0xff;
  for (unsigned slot = 0; slot < slot_count; ++slot) config[at::key_config + 2 * slot] = blank_key_config_low[slot];
  return memory;
}

}  // namespace signet::element::emulator
