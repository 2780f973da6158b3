#include "factory/plan.h"

namespace signet::factory {
namespace {

namespace at = element::at;
using element::ConfigZone;

constexpr std::size_t secure_boot_at = 70;
constexpr std::size_t x509_format_at = 92;
constexpr std::size_t counters_bytes = 16;

constexpr std::uint8_t i2c_address = 0xC0;      // 0x60, as a blank part has it
constexpr std::uint8_t chip_mode = 0x01;        // the address may be changed once, in the field
constexpr std::uint16_t secure_boot = 0xF713;   // FullDig, random nonce, digest in slot 7, key in slot 15
constexpr std::uint16_t chip_options = 0x6506;  // IO protection key in slot 6; ECDH and KDF output encrypted
constexpr std::uint16_t no_slot_locked = 0xFFFF;

void put_u16(ConfigZone& zone, std::size_t at, std::uint16_t value) {
  zone[at] = static_cast<std::uint8_t>(value);
  zone[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

}  // namespace

const std::array<SlotPlan, element::slot_count>& slot_plans() {
  static constexpr std::array<SlotPlan, element::slot_count> plans{{
      {0x0081, 0x0593, "primary identity: signs for its board, made inside, never replaced"},
      {0x0082, 0x0593, "attestation: signs the chip's own state only, for its board"},
      {0x2085, 0x05B3, "key agreement: signs and agrees for its board, may be replaced, lockable"},
      {0x2085, 0x05B3, "secondary key: signs and agrees for its board, may be replaced, lockable"},
      {0x2085, 0x05B3, "secondary key: signs and agrees for its board, may be replaced, lockable"},
      {0x0090, 0x007C, "authorisation key: never readable, written at first power-on, then locked"},
      {0x0090, 0x003C, "IO protection key: never readable, written at first power-on, then locked"},
      {0x8080, 0x001C, "secure boot digest: only SecureBoot writes it"},
      {0x0000, 0x003C, "general data: clear, lockable"},
      {0x2089, 0x059C, "sealing key: never readable, changed inside alone, used for its board"},
      {0x0000, 0x003C, "device certificate, compressed"},
      {0x0000, 0x0030, "signer's public key"},
      {0x0000, 0x003C, "signer's certificate, compressed"},
      {0x8000, 0x0010, "parent public key: fixed at data lock"},
      {0x100D, 0x0032, "validated public key: signed by the parent"},
      {0x0000, 0x0030, "secure boot public key"},
  }};
  return plans;
}

ConfigZone planned_configuration(const ConfigZone& blank) {
  ConfigZone zone = blank;
  std::fill(zone.begin() + at::i2c_address, zone.begin() + at::user_extra, std::uint8_t{0});
  zone[at::i2c_address] = i2c_address;
  zone[at::chip_mode] = chip_mode;
  std::copy_n(blank.begin() + at::counters, counters_bytes, zone.begin() + at::counters);
  put_u16(zone, secure_boot_at, secure_boot);
  put_u16(zone, at::slot_locked, no_slot_locked);
  put_u16(zone, at::chip_options, chip_options);
  std::fill_n(zone.begin() + x509_format_at, 4, std::uint8_t{0});
  for (std::size_t slot = 0; slot < element::slot_count; ++slot) {
    put_u16(zone, at::slot_config + 2 * slot, slot_plans()[slot].slot_config);
    put_u16(zone, at::key_config + 2 * slot, slot_plans()[slot].key_config);
  }
  return zone;
}

bool is_planned(const ConfigZone& zone) {
  ConfigZone wanted = planned_configuration(zone);
  std::copy_n(zone.begin() + at::slot_locked, 2, wanted.begin() + at::slot_locked);  // slots may have been locked since
  return wanted == zone;
}

}  // namespace signet::factory
