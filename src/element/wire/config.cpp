#include "element/wire/config.h"

#include <bit>

namespace signet::element {
namespace {

std::uint16_t u16_le_at(const ConfigZone& config, std::size_t offset) {
  return static_cast<std::uint16_t>(config[offset + 1] << 8 | config[offset]);
}

bool bit(std::uint16_t bits, unsigned n) { return (bits >> n & 1) != 0; }

std::uint16_t linear(std::uint32_t value) { return static_cast<std::uint16_t>(0xffffu >> (value % 32)); }

std::uint32_t zeros(std::uint16_t word) { return static_cast<std::uint32_t>(std::countl_zero(word)); }

}  // namespace

WriteRule SlotConfig::write_rule() const {
  if ((write_config & 4) != 0) return WriteRule::encrypted;
  if (write_config == 0) return WriteRule::always;
  if (write_config == 1) return WriteRule::while_invalid;
  return WriteRule::never;
}

std::uint16_t slot_config_bits(const ConfigZone& config, unsigned slot) {
  return u16_le_at(config, at::slot_config + 2 * slot);
}

std::uint16_t key_config_bits(const ConfigZone& config, unsigned slot) {
  return u16_le_at(config, at::key_config + 2 * slot);
}

SlotConfig slot_config(const ConfigZone& config, unsigned slot) {
  const std::uint16_t bits = slot_config_bits(config, slot);
  return {.read_key = bits & 0xfu,
          .no_mac = bit(bits, 4),
          .limited_use = bit(bits, 5),
          .encrypt_read = bit(bits, 6),
          .is_secret = bit(bits, 7),
          .write_key = bits >> 8 & 0xfu,
          .write_config = bits >> 12 & 0xfu};
}

KeyConfig key_config(const ConfigZone& config, unsigned slot) {
  const std::uint16_t bits = key_config_bits(config, slot);
  return {.is_private = bit(bits, 0),
          .pub_info = bit(bits, 1),
          .key_type = bits >> 2 & 7u,
          .lockable = bit(bits, 5),
          .req_random = bit(bits, 6),
          .req_auth = bit(bits, 7),
          .auth_key = bits >> 8 & 0xfu,
          .persistent_disable = bit(bits, 12)};
}

std::uint16_t chip_options(const ConfigZone& config) { return u16_le_at(config, at::chip_options); }

bool is_slot_locked(const ConfigZone& config, unsigned slot) { return !bit(u16_le_at(config, at::slot_locked), slot); }

Block<serial_bytes> serial_of(const ConfigZone& config) {
  Block<serial_bytes> out;
  std::copy_n(config.begin() + at::serial_low, 4, out.begin());
  std::copy_n(config.begin() + at::serial_high, 5, out.begin() + 4);
  return out;
}

std::uint8_t i2c_address(const ConfigZone& config) {
  const bool extra = (config[at::chip_mode] & 1) != 0 && config[at::user_extra_address] != 0;
  return config[extra ? at::user_extra_address : at::i2c_address] >> 1;
}

CounterBytes encode_counter(std::uint32_t value) {
  ENSURE(value <= counter_max);
  const bool second = value >= 16;
  const std::uint32_t shifted = second ? value - 16 : 0;
  Buffer words;
  Writer w{words};
  w.u16_be(linear(value)).u16_be(second ? linear(shifted) : 0xffff);
  w.u16_be(static_cast<std::uint16_t>(value / 32)).u16_be(static_cast<std::uint16_t>(shifted / 32));
  CounterBytes out;
  std::copy(words.begin(), words.end(), out.begin());
  return out;
}

std::uint32_t decode_counter(Bytes eight) {
  ENSURE(eight.size() == sizeof(CounterBytes));
  const auto word = [&](std::size_t n) { return static_cast<std::uint16_t>(eight[2 * n] << 8 | eight[2 * n + 1]); };
  const std::uint16_t lin_a = word(0);
  return word(2) * 32u + zeros(lin_a) + (lin_a == 0 ? zeros(word(1)) : 0);
}

std::uint32_t counter_of(const ConfigZone& config, unsigned id) {
  ENSURE(id < counter_count);
  return decode_counter(Bytes{config}.subspan(at::counters + id * sizeof(CounterBytes), sizeof(CounterBytes)));
}

}  // namespace signet::element
